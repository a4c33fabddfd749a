// Runs SQL cases on a real Apache Flink, all in one JVM and on one in-process cluster.
//
// stdin: one JSON object a line, {"name": …, "config": {key: value}, "statements": [sql], "batch": bool}.
// stdout: one object a case, in any order: {"name": …, "results": [{"types": […], "rows": [[kind, cell or null, …]]}], one for each
// query among the statements, "sinks": {table: the same, and "key": the columns of its key, for each table of connector 'captured'},
// "late": rows dropped as late}, or {"name": …, "error": …}. Cells are what CAST(… AS STRING) gives.
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.ResultKind;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.utils.print.RowDataToStringConverter;
import org.apache.flink.util.CloseableIterator;

public class FlinkRunner {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CASE_SECONDS = 60;
    private static final Pattern SETTING = Pattern.compile("(?is)SET\\s+'([^']*)'\\s*=\\s*'([^']*)'");
    private static final AtomicInteger CATALOGS = new AtomicInteger();

    public static void main(String[] arguments) throws Exception {
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        Configuration configuration = new Configuration();
        configuration.setString("rest.port", "0");
        configuration.setString("rest.bind-address", "127.0.0.1");
        LateRows.configure(configuration);
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration).setNumTaskManagers(1).setNumSlotsPerTaskManager(8 * threads).build());
        cluster.start();
        int port = cluster.getRestAddress().get().getPort();
        ExecutorService workers = Executors.newFixedThreadPool(threads, FlinkRunner::daemon);
        List<Future<?>> running = new ArrayList<>();
        Scanner lines = new Scanner(System.in, "UTF-8");
        while (lines.hasNextLine()) {
            JsonNode one = JSON.readTree(lines.nextLine());
            running.add(workers.submit(() -> print(runInTime(one, port))));
        }
        for (Future<?> one : running) one.get();
        System.exit(0);
    }

    static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    /** Runs a case on a thread of its own, because Flink's planner keeps what belongs to a table environment in the thread. */
    private static ObjectNode runInTime(JsonNode input, int port) {
        ExecutorService one = Executors.newSingleThreadExecutor(FlinkRunner::daemon);
        try {
            return one.submit(() -> new Case(input, port).run()).get(CASE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            return JSON.createObjectNode().put("name", input.get("name").asText()).put("error", "no end within " + CASE_SECONDS + " s");
        } catch (Exception broken) {
            return JSON.createObjectNode().put("name", input.get("name").asText()).put("error", broken.toString());
        } finally {
            one.shutdownNow();
        }
    }

    private static synchronized void print(ObjectNode answer) {
        System.out.println(answer);
        System.out.flush();
    }

    /** One case: its own table environment, its own catalog. */
    private static final class Case {
        private final JsonNode input;
        private final TableEnvironment tables;
        private final ObjectNode answer = JSON.createObjectNode();
        private final ArrayNode results = JSON.createArrayNode();
        private long late = 0;

        Case(JsonNode input, int port) {
            this.input = input;
            boolean batch = input.path("batch").asBoolean();
            Configuration configuration = new Configuration();
            configuration.setString("execution.target", "remote");
            configuration.setString("execution.attached", "true");
            configuration.setString("rest.address", "127.0.0.1");
            configuration.setString("rest.port", Integer.toString(port));
            configuration.setString("parallelism.default", "1");
            configuration.setString("table.local-time-zone", "UTC");
            configuration.setString("pipeline.auto-watermark-interval", "0 ms");  // a watermark after every row: lateness is then defined
            configuration.setString("table.optimizer.agg-phase-strategy", "ONE_PHASE");  // two count late partial sums, not late rows
            configuration.setString("restart-strategy.type", "none");             // a failing job ends instead of restarting for ever
            for (Map.Entry<String, JsonNode> setting : input.path("config").properties()) {
                configuration.setString(setting.getKey(), setting.getValue().asText());
            }
            EnvironmentSettings.Builder mode = EnvironmentSettings.newInstance().withConfiguration(configuration)
                    .withBuiltInCatalogName("case" + CATALOGS.incrementAndGet());
            tables = TableEnvironment.create((batch ? mode.inBatchMode() : mode.inStreamingMode()).build());
        }

        ObjectNode run() {
            answer.put("name", input.get("name").asText());
            try {
                for (JsonNode statement : input.get("statements")) execute(statement.asText());
                answer.set("results", results);
                answer.set("sinks", sinks());
                answer.put("late", late);
            } catch (Throwable error) {
                answer.put("error", rootCause(error).toString());
            }
            return answer;
        }

        private void execute(String statement) throws Exception {
            Matcher setting = SETTING.matcher(statement);
            if (setting.matches()) {
                tables.getConfig().set(setting.group(1), setting.group(2));
                return;
            }
            TableResult result = tables.executeSql(statement);
            if (result.getResultKind() == ResultKind.SUCCESS_WITH_CONTENT && !statement.trim().toUpperCase().startsWith("INSERT")) {
                results.add(collect(result));
            } else if (result.getJobClient().isPresent()) {
                result.await();
            }
            if (result.getJobClient().isPresent()) late += LateRows.of(result.getJobClient().get().getJobID().toString());
        }

        private static ObjectNode collect(TableResult result) throws Exception {
            ObjectNode collected = JSON.createObjectNode();
            ArrayNode types = collected.putArray("types");
            for (Column column : result.getResolvedSchema().getColumns()) types.add(column.getDataType().getLogicalType().asSummaryString());
            ArrayNode rows = collected.putArray("rows");
            TableResultInternal internal = (TableResultInternal) result;
            RowDataToStringConverter converter = internal.getRowDataToStringConverter();
            try (CloseableIterator<RowData> changes = internal.collectInternal()) {
                while (changes.hasNext()) {
                    RowData change = changes.next();
                    String[] cells = converter.convert(change);
                    ArrayNode row = rows.addArray().add(change.getRowKind().shortString());
                    for (int i = 0; i < cells.length; i++) row.add(change.isNullAt(i) ? null : cells[i]);
                }
            }
            return collected;
        }

        private ObjectNode sinks() {
            ObjectNode sinks = JSON.createObjectNode();
            for (String table : tables.listTables()) {
                CapturedSink.Changes changes = CapturedSink.of(tables.getCurrentCatalog(), table);
                if (changes == null) continue;
                ObjectNode sink = sinks.putObject(table);
                ArrayNode key = sink.putArray("key");
                for (int column : changes.key()) key.add(column);
                ArrayNode types = sink.putArray("types");
                for (LogicalType type : changes.types()) types.add(type.asSummaryString());
                ArrayNode rows = sink.putArray("rows");
                for (String[] change : changes.rows()) {
                    ArrayNode row = rows.addArray();
                    for (String cell : change) row.add(cell);
                }
            }
            return sinks;
        }

        private static Throwable rootCause(Throwable error) {
            while (error.getCause() != null && error.getCause() != error) error = error.getCause();
            return error;
        }
    }
}
