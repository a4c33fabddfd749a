// flink/CountingSink.java - connector 'counting': Flink's 'blackhole' that counts. Rule: as there, rows before an update are not asked for.
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.types.RowKind;

public class CountingSink extends OptionFreeFactory implements DynamicTableSinkFactory {
  /** Changes that came, and rows that are left of them: those inserted less those deleted. Of all writers that have closed. */
  static final AtomicLong CHANGES = new AtomicLong();
  static final AtomicLong ROWS = new AtomicLong();

  public CountingSink() {
    super("counting");
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    return new TableSink();
  }

  private record TableSink() implements DynamicTableSink {
    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
      ChangelogMode.Builder mode = ChangelogMode.newBuilder();
      requested.getContainedKinds().stream().filter(kind -> kind != RowKind.UPDATE_BEFORE).forEach(mode::addContainedKind);
      return mode.build();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
      return SinkV2Provider.of(new Writers());
    }

    @Override
    public DynamicTableSink copy() {
      return this;
    }

    @Override
    public String asSummaryString() {
      return "counting";
    }
  }

  private record Writers() implements Sink<RowData> {
    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
      return new Writer();
    }
  }

  private static final class Writer implements SinkWriter<RowData> {
    private long changes = 0;
    private long rows = 0;

    @Override
    public void write(RowData row, Context context) {
      changes++;
      RowKind kind = row.getRowKind();
      if (kind == RowKind.INSERT) rows++;
      if (kind == RowKind.DELETE) rows--;
    }

    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public void close() {
      CHANGES.addAndGet(changes);
      ROWS.addAndGet(rows);
    }
  }
}
