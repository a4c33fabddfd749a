// Counts the rows that Flink drops as late: a metric reporter that keeps the counters numLateRecordsDropped of each job.
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

public class LateRows implements MetricReporter, MetricReporterFactory {
    private static final Map<String, List<Counter>> COUNTERS = new ConcurrentHashMap<>();

    static void configure(Configuration configuration) {
        configuration.setString("metrics.reporter.late.factory.class", LateRows.class.getName());
    }

    /** The late rows of the operators that a job has had so far. */
    static long of(String job) {
        return COUNTERS.getOrDefault(job, List.of()).stream().mapToLong(Counter::getCount).sum();
    }

    @Override
    public MetricReporter createMetricReporter(Properties properties) {
        return this;
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        if (!name.equals("numLateRecordsDropped") || !(metric instanceof Counter)) return;
        String job = group.getAllVariables().get("<job_id>");
        COUNTERS.computeIfAbsent(job, unused -> new CopyOnWriteArrayList<>()).add((Counter) metric);
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}

    @Override
    public void open(MetricConfig config) {}

    @Override
    public void close() {}
}
