// flink/FlinkJob.java - runs a SQL script from standard input on Apache Flink, all of it in this JVM. Rule: as Flink runs fastest.
// Statements end with ; at the end of a line. SET is taken, and an INSERT runs to its end.
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;

public final class FlinkJob {
  private static final Pattern SETTING = Pattern.compile("(?is)SET\\s+'([^']*)'\\s*=\\s*'([^']*)'");

  public static void main(String[] arguments) throws Exception {
    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    tables.getConfig().set("pipeline.object-reuse", "true");
    tables.getConfig().set("state.backend.type", "hashmap");
    tables.getConfig().set("restart-strategy.type", "none");
    String script = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^\\s*--.*$", "");
    for (String statement : script.split(";\\s*(\\n|$)")) {
      if (statement.isBlank()) {
        continue;
      }
      Matcher setting = SETTING.matcher(statement.trim());
      if (setting.matches()) {
        tables.getConfig().set(setting.group(1), setting.group(2));
        continue;
      }
      TableResult result = tables.executeSql(statement);
      if (result.getJobClient().isPresent()) {
        result.await();
      }
    }
    System.exit(0);
  }
}
