// flink/NexmarkJob.java - runs a query of Nexmark on Apache Flink, all of it in this JVM. Rule: as Flink runs fastest.
// `pack CSV FOLDER` makes events ready; `run FOLDER PARALLELISM RUNS` runs the scripts on standard input, which a line `-- warm-up ends`
// parts: the first one once, so that Java has compiled itself, then the second one RUNS times. Each run of that prints a line
// {"wall_s": …, "cpu_s": …, "changes": …, "rows": …}. What Flink refuses ends with exit code 1 and the reason, in a line after `refused: `.
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableConfig;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;

public final class NexmarkJob {
  private NexmarkJob() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("pack")) {
      Events.pack(Path.of(arguments[1]), Path.of(arguments[2]));
      return;
    }
    Events.load(Path.of(arguments[1]));
    String[] scripts = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("-- warm-up ends\n");
    try {
      run(scripts[0], arguments[2]);
      for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
        System.gc();
        double[] taken = run(scripts[1], arguments[2]);
        System.out.printf(Locale.ROOT, "{\"wall_s\": %.3f, \"cpu_s\": %.3f, \"changes\": %d, \"rows\": %d}%n", taken[0], taken[1],
            CountingSink.CHANGES.get(), CountingSink.ROWS.get());
      }
    } catch (Exception refusal) {
      Throwable cause = refusal;
      while (cause.getCause() != null) cause = cause.getCause();
      System.out.println("refused: " + cause.toString().replace('\n', ' '));
      System.exit(1);
    }
    System.exit(0);
  }

  /** As the published benchmark is tuned (mini-batch, distinct aggregates split), with objects reused, state on the heap and no checkpoints. */
  private static void tune(TableConfig config, String parallelism) {
    config.set("parallelism.default", parallelism);
    config.set("table.exec.mini-batch.enabled", "true");
    config.set("table.exec.mini-batch.allow-latency", "2 s");
    config.set("table.exec.mini-batch.size", "50000");
    config.set("table.optimizer.distinct-agg.split.enabled", "true");
    config.set("pipeline.object-reuse", "true");
    config.set("state.backend.type", "hashmap");
    config.set("restart-strategy.type", "none");
    config.set("table.local-time-zone", "UTC");
  }

  private static double[] run(String script, String parallelism) throws Exception {
    CountingSink.CHANGES.set(0);
    CountingSink.ROWS.set(0);
    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    tune(tables.getConfig(), parallelism);
    tables.createTemporarySystemFunction("count_char", CountChar.class);
    for (String statement : script.replaceAll("(?m)^\\s*--.*$", "").split(";\\s*(\\n|$)")) {
      if (statement.isBlank()) continue;
      TableResult result = tables.executeSql(statement);
      if (result.getJobClient().isPresent()) result.await();
    }
    return Clock.stop();
  }
}
