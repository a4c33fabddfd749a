// flink/Events.java - the events of Nexmark in memory, as Flink's own binary rows. Rule: what is read here is made before any clock starts.
// Tidemill writes them as CSV (unquoted; columns: the kind, then those of a person, an auction and a bid); `pack` makes them into files of rows, each
// after its length, and `load` maps these into memory. A file holds whole rows only, so that each is within one memory segment.
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.DataTypes.Field;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

final class Events {
  private static final int FILE_BYTES_MAX = 256 << 20;
  private static final int LENGTH_BYTES = 8;  // more than an int needs, so that rows stay at multiples of eight

  private static final DataType PERSON = row("id BIGINT", "name", "emailAddress", "creditCard", "city", "state", "dateTime TIMESTAMP", "extra");
  private static final DataType AUCTION = row("id BIGINT", "itemName", "description", "initialBid BIGINT", "reserve BIGINT", "dateTime TIMESTAMP",
      "expires TIMESTAMP", "seller BIGINT", "category BIGINT", "extra");
  private static final DataType BID = row("auction BIGINT", "bidder BIGINT", "price BIGINT", "channel", "url", "dateTime TIMESTAMP", "extra");
  private static final List<DataType> KINDS = List.of(PERSON, AUCTION, BID);
  private static final RowType EVENT = (RowType) DataTypes.ROW(DataTypes.FIELD("event_type", DataTypes.INT()), DataTypes.FIELD("person", PERSON),
      DataTypes.FIELD("auction", AUCTION), DataTypes.FIELD("bid", BID)).getLogicalType();

  /** The rows that `load` found. */
  static BinaryRowData[] rows = {};

  private Events() {}

  private static DataType row(String... columns) {
    return DataTypes.ROW(Stream.of(columns).map(column -> {
      String[] words = column.split(" ");
      String type = words.length == 1 ? "STRING" : words[1];
      DataType is = type.equals("BIGINT") ? DataTypes.BIGINT() : type.equals("TIMESTAMP") ? DataTypes.TIMESTAMP(3) : DataTypes.STRING();
      return DataTypes.FIELD(words[0], is);
    }).toArray(Field[]::new));
  }

  /** Makes the lines of a CSV file into files of rows in `folder`, in the same order. */
  static void pack(Path csv, Path folder) throws IOException {
    RowDataSerializer serializer = new RowDataSerializer(EVENT);
    DataOutputStream out = null;
    try (BufferedReader lines = Files.newBufferedReader(csv)) {
      int files = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        BinaryRowData row = serializer.toBinaryRow(parsed(line));
        if (out == null || out.size() > FILE_BYTES_MAX - LENGTH_BYTES - row.getSizeInBytes()) {
          if (out != null) out.close();
          Path file = folder.resolve(String.format("rows-%05d", files++));
          out = new DataOutputStream(new java.io.BufferedOutputStream(Files.newOutputStream(file), 1 << 20));
        }
        out.writeLong(row.getSizeInBytes());
        out.write(row.getSegments()[0].getArray(), row.getOffset(), row.getSizeInBytes());
      }
    } finally {
      if (out != null) out.close();
    }
  }

  private static RowData parsed(String line) {
    String[] cells = line.split(",", -1);
    if (cells.length != 1 + KINDS.stream().mapToInt(kind -> kind.getChildren().size()).sum()) {
      throw new IllegalArgumentException("A line has " + cells.length + " cells: " + line);
    }
    int kind = Integer.parseInt(cells[0]);
    int from = 1;
    for (DataType other : KINDS.subList(0, kind)) from += other.getChildren().size();
    List<LogicalType> types = KINDS.get(kind).getLogicalType().getChildren();
    GenericRowData one = new GenericRowData(types.size());
    for (int i = 0; i < types.size(); i++) one.setField(i, value(cells[from + i], types.get(i)));
    GenericRowData event = new GenericRowData(1 + KINDS.size());
    event.setField(0, kind);
    event.setField(1 + kind, one);
    return event;
  }

  private static Object value(String cell, LogicalType type) {
    switch (type.getTypeRoot()) {
      case BIGINT:
        return Long.parseLong(cell);
      case TIMESTAMP_WITHOUT_TIME_ZONE:
        return TimestampData.fromLocalDateTime(LocalDateTime.parse(cell.replace(' ', 'T')));
      default:
        return StringData.fromString(cell);
    }
  }

  /** Maps the rows in `folder` into memory and reads every page of them. */
  static void load(Path folder) throws IOException {
    List<BinaryRowData> loaded = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.sorted().forEach(file -> loadFile(file, loaded));
    }
    rows = loaded.toArray(BinaryRowData[]::new);
  }

  private static void loadFile(Path file, List<BinaryRowData> loaded) {
    try (FileChannel channel = FileChannel.open(file)) {
      MappedByteBuffer bytes = channel.map(MapMode.READ_ONLY, 0, channel.size());
      bytes.load();
      bytes.order(ByteOrder.BIG_ENDIAN);
      MemorySegment[] segments = {MemorySegmentFactory.wrapOffHeapMemory(bytes)};
      for (int at = 0; at < bytes.limit();) {
        int length = (int) bytes.getLong(at);
        BinaryRowData row = new BinaryRowData(EVENT.getFieldCount());
        row.pointTo(segments, at + LENGTH_BYTES, length);
        loaded.add(row);
        at += LENGTH_BYTES + length;
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
