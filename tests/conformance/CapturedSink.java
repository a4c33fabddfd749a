// The connector 'captured': keeps every change that reaches a table, as text, for FlinkRunner to read.
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

public class CapturedSink implements DynamicTableSinkFactory {
    /** The changes of one table: its types, the columns of its key, and a kind and the cells a change. */
    record Changes(List<LogicalType> types, int[] key, List<String[]> rows) {}

    private static final Map<String, Changes> TABLES = new ConcurrentHashMap<>();

    /** The changes that reached `table` of the catalog `catalog`, or null where none is known. */
    static Changes of(String catalog, String table) {
        return TABLES.get(catalog + "." + table);
    }

    @Override
    public String factoryIdentifier() {
        return "captured";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        String name = context.getObjectIdentifier().getCatalogName() + "." + context.getObjectIdentifier().getObjectName();
        List<LogicalType> types = context.getPhysicalRowDataType().getLogicalType().getChildren();
        int[] key = context.getPrimaryKeyIndexes();
        TABLES.computeIfAbsent(name, unused -> new Changes(types, key, Collections.synchronizedList(new ArrayList<>())));
        return new TableSink(name, key.length > 0);
    }

    private record TableSink(String name, boolean keyed) implements DynamicTableSink {
        @Override
        public ChangelogMode getChangelogMode(ChangelogMode requested) {
            return keyed ? ChangelogMode.upsert() : ChangelogMode.all();
        }

        @Override
        public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
            return SinkV2Provider.of(new Writers(name));
        }

        @Override
        public DynamicTableSink copy() {
            return this;
        }

        @Override
        public String asSummaryString() {
            return "captured";
        }
    }

    private record Writers(String name) implements Sink<RowData> {
        @Override
        public SinkWriter<RowData> createWriter(WriterInitContext context) {
            return new Writer(TABLES.get(name));
        }
    }

    private record Writer(Changes changes) implements SinkWriter<RowData> {
        @Override
        public void write(RowData row, Context context) {
            String[] cells = new String[changes.types.size() + 1];
            cells[0] = row.getRowKind().shortString();
            for (int i = 0; i < changes.types.size(); i++) {
                LogicalType type = changes.types.get(i);
                Object value = RowData.createFieldGetter(type, i).getFieldOrNull(row);
                cells[i + 1] = value == null ? null : text(value, type);
            }
            changes.rows.add(cells);
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
    }

    /** The text of a value, as CAST gives it. Times of TIMESTAMP_LTZ are in UTC. */
    private static String text(Object value, LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return value.toString().toUpperCase();
            case DATE:
                return LocalDate.ofEpochDay((Integer) value).toString();
            case TIME_WITHOUT_TIME_ZONE:
                return LocalTime.ofSecondOfDay((Integer) value / 1000).toString();
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return timestamp((TimestampData) value, LogicalTypeChecks.getPrecision(type));
            case BINARY:
            case VARBINARY:
                return new String((byte[]) value, java.nio.charset.StandardCharsets.UTF_8);
            default:
                return value.toString();
        }
    }

    private static String timestamp(TimestampData value, int precision) {
        String pattern = "yyyy-MM-dd HH:mm:ss" + (precision > 0 ? "." + "S".repeat(precision) : "");
        return value.toLocalDateTime().format(java.time.format.DateTimeFormatter.ofPattern(pattern));
    }
}
