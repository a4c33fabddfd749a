// flink/MemorySource.java - connector 'nexmark': gives the events that Events has loaded. Rule: nothing is made or decoded while a clock runs.
// Reader s of p gives the events s, s + p, s + 2p …, as the generator of Nexmark does. Options of the generator are taken and not looked at,
// but for 'nexmark.events': the events are those that Tidemill has made by them.
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;

public class MemorySource extends OptionFreeFactory implements DynamicTableSourceFactory {
  public MemorySource() {
    super("nexmark");
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    int events = Integer.parseInt(context.getCatalogTable().getOptions().get("nexmark.events"));
    if (events > Events.rows.length) {
      throw new IllegalArgumentException("The table has " + events + " events, and " + Events.rows.length + " are loaded");
    }
    return new TableSource(events);
  }

  private record TableSource(int events) implements ScanTableSource {
    @Override
    public ChangelogMode getChangelogMode() {
      return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
      return SourceProvider.of(new Loaded(events));
    }

    @Override
    public DynamicTableSource copy() {
      return this;
    }

    @Override
    public String asSummaryString() {
      return "nexmark";
    }
  }

  /** There are no splits: a reader knows its part by its number. */
  private record Loaded(int events) implements Source<RowData, SourceSplit, Integer> {
    @Override
    public Boundedness getBoundedness() {
      return Boundedness.BOUNDED;
    }

    @Override
    public SourceReader<RowData, SourceSplit> createReader(SourceReaderContext context) {
      return new Reader(events, context.getIndexOfSubtask(), context.currentParallelism());
    }

    @Override
    public SplitEnumerator<SourceSplit, Integer> createEnumerator(SplitEnumeratorContext<SourceSplit> context) {
      return new NoSplits();
    }

    @Override
    public SplitEnumerator<SourceSplit, Integer> restoreEnumerator(SplitEnumeratorContext<SourceSplit> context, Integer checkpoint) {
      throw new UnsupportedOperationException("There are no checkpoints");
    }

    @Override
    public SimpleVersionedSerializer<SourceSplit> getSplitSerializer() {
      return new Unused<>();
    }

    @Override
    public SimpleVersionedSerializer<Integer> getEnumeratorCheckpointSerializer() {
      return new Unused<>();
    }
  }

  private static final class Reader implements SourceReader<RowData, SourceSplit> {
    private final int end;
    private final int step;
    private int next;

    Reader(int end, int first, int step) {
      this.end = end;
      this.step = step;
      this.next = first;
    }

    @Override
    public void start() {
      Clock.start();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<RowData> output) {
      if (next >= end) return InputStatus.END_OF_INPUT;
      output.collect(Events.rows[next]);
      next += step;
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public List<SourceSplit> snapshotState(long checkpoint) {
      return List.of();
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void addSplits(List<SourceSplit> splits) {}

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {}
  }

  private static final class NoSplits implements SplitEnumerator<SourceSplit, Integer> {
    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public void addSplitsBack(List<SourceSplit> splits, int subtask) {}

    @Override
    public void addReader(int subtask) {}

    @Override
    public Integer snapshotState(long checkpoint) {
      return 0;
    }

    @Override
    public void close() {}
  }

  private static final class Unused<T> implements SimpleVersionedSerializer<T> {
    @Override
    public int getVersion() {
      return 0;
    }

    @Override
    public byte[] serialize(T value) {
      throw new UnsupportedOperationException("There are no splits and no checkpoints");
    }

    @Override
    public T deserialize(int version, byte[] bytes) {
      throw new UnsupportedOperationException("There are no splits and no checkpoints");
    }
  }
}
