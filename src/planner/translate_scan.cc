// planner/translate_scan.cc - scan to source. Rule: a table's option beats the session's setting.
#include "base/config_options.h"
#include "expr/cast.h"
#include "planner/translation.h"

namespace tidemill {
namespace {

// A duration of the table's, `otherwise` where it is not written.
DurationMillis duration_option(const TableDefinition& table, const std::string& name, DurationMillis otherwise) {
  const std::string* written = table.option(name);
  if (written == nullptr) return otherwise;
  if (const std::optional<DurationMillis> parsed = parse_duration_ms(*written)) return *parsed;
  throw UserError(fmt::format("Option {} of table {} cannot be '{}'", name, table.name.name, *written),
                  "Use a duration such as 10 s or 1 min.");
}

// An option of the table beats the session's setting. A bounded source is never idle: it ends.
std::optional<DurationMillis> idle_timeout(const TableDefinition& table, const Source& source, const Config& config) {
  if (source.bounded()) return std::nullopt;
  const DurationMillis timeout_ms =
      duration_option(table, "scan.watermark.idle-timeout", config.get(kSourceIdleTimeout));
  if (timeout_ms == 0) return std::nullopt;
  return timeout_ms;
}

// As Flink: a group and a drift need each other.
std::optional<WatermarkAlignment> alignment_of(const TableDefinition& table) {
  const std::string stem = "scan.watermark.alignment.";
  const std::string* const group = table.option(stem + "group");
  const bool drifts = table.option(stem + "max-drift") != nullptr;
  if ((group != nullptr) != drifts)
    throw UserError(
        fmt::format("Table {}: options {}group and {}max-drift need each other", table.name.name, stem, stem),
        "Tables of one group wait for the slowest; the drift says how far ahead of it they may read.");
  if (group == nullptr) return std::nullopt;
  return WatermarkAlignment{*group, duration_option(table, stem + "max-drift", 0),
                            duration_option(table, stem + "update-interval", 1'000)};
}

SourceSpec::NullRowtime null_rowtime(const Config& config) {
  const std::string policy = config.get(kRowtimeNullHandling);
  if (policy == "DROP") return SourceSpec::NullRowtime::kDrop;
  if (policy == "SKIP_WATERMARK") return SourceSpec::NullRowtime::kSkipWatermark;
  return SourceSpec::NullRowtime::kFail;
}

// A metadata column comes in the connector's type and is cast to the declared one.
std::vector<ExpressionPtr> read_columns(const ScanNode& node, const Schema& source, bool& cast) {
  std::vector<ExpressionPtr> columns;
  for (size_t i = 0; i < node.fields().size(); ++i) {
    const TableColumn& column = node.table()->columns[static_cast<size_t>(node.fields()[i])];
    const Type& given = source.field(static_cast<int32_t>(i)).type;
    ExpressionPtr read = make_column(static_cast<int32_t>(i), given);
    if (!given.same_except_nullable(column.type)) {
      cast = true;
      read = make_cast(std::move(read), column.type, false, {});
    }
    columns.push_back(std::move(read));
  }
  return columns;
}

}  // namespace

std::vector<ExpressionPtr> scan_expressions(const ScanNode& node, const Schema& delivered) {
  bool cast = false;
  const std::vector<ExpressionPtr> columns = read_columns(node, delivered, cast);
  std::vector<ExpressionPtr> expressions;
  for (const ExpressionPtr& projection : node.projections())
    expressions.push_back(substitute_columns(projection, columns));
  return expressions;
}

Vertex translate_scan(const ScanNode& node, Translation& translation) {
  const TranslationContext& context = translation.context();
  SourceSpec spec;
  spec.source = context.tables.make_source(node);
  const SchemaPtr delivered = spec.source->schema();
  CHECK_EQ(static_cast<size_t>(delivered->size()), node.fields().size());
  bool cast = false;
  const std::vector<ExpressionPtr> columns = read_columns(node, *delivered, cast);
  if (cast || !node.reads_output_as_is()) {
    for (const ExpressionPtr& projection : node.projections()) {
      spec.projections.push_back(substitute_columns(projection, columns));
    }
  }
  spec.schema = node.schema();
  spec.watermark = node.watermark();
  spec.rowtime = node.rowtime();
  spec.idle_timeout = idle_timeout(*node.table(), *spec.source, context.config);
  spec.alignment = alignment_of(*node.table());
  spec.null_rowtime = null_rowtime(context.config);
  spec.table = node.table()->name.name;
  spec.always_row_watermarks = context.row_watermarks;
  Vertex vertex;
  vertex.spec = std::move(spec);
  vertex.parallelism = translation.default_parallelism();
  return vertex;
}

}  // namespace tidemill
