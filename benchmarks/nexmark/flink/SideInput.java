// flink/SideInput.java - connector 'side-input': a CSV file of a BIGINT and a STRING, looked up in memory. Rule: read once, when a job opens.
// Flink 2 cannot look rows up in a table of connector 'filesystem', as q13 does.
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;

public class SideInput extends OptionFreeFactory implements DynamicTableSourceFactory {
  public SideInput() {
    super("side-input");
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    return new TableSource(context.getCatalogTable().getOptions().get("path"));
  }

  private record TableSource(String path) implements LookupTableSource {
    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
      return LookupFunctionProvider.of(new Lookup(path));
    }

    @Override
    public DynamicTableSource copy() {
      return this;
    }

    @Override
    public String asSummaryString() {
      return "side-input";
    }
  }

  /** Public, as Flink asks of a function. */
  public static final class Lookup extends LookupFunction {
    private final String path;
    private transient Map<Long, Collection<RowData>> rows;

    public Lookup(String path) {
      this.path = path;
    }

    @Override
    public void open(FunctionContext context) throws IOException {
      rows = new HashMap<>();
      for (String line : Files.readAllLines(Path.of(path))) {
        String[] cells = line.split(",", 2);
        long key = Long.parseLong(cells[0]);
        rows.put(key, List.of(GenericRowData.of(key, StringData.fromString(cells[1]))));
      }
    }

    @Override
    public Collection<RowData> lookup(RowData key) {
      return rows.getOrDefault(key.getLong(0), List.of());
    }
  }
}
