// plan/scan.cc - which columns a scan reads, computes and watches.
#include "plan/scan.h"

#include <algorithm>
#include <set>

#include "plan/calc.h"

namespace tidemill {
namespace {

std::vector<int32_t> fields_for(const TableDefinition& table, const std::vector<int32_t>& columns) {
  std::set<int32_t> read;
  for (const int32_t index : columns) {
    const TableColumn& column = table.columns.at(static_cast<size_t>(index));
    if (column.is_read()) {
      read.insert(index);
    } else {
      for (const int32_t source : columns_of(*column.expression)) read.insert(source);
    }
  }
  std::vector<int32_t> fields(read.begin(), read.end());
  std::ranges::stable_partition(
      fields, [&](int32_t index) { return table.columns[static_cast<size_t>(index)].kind == ColumnKind::kPhysical; });
  return fields;
}

SchemaPtr schema_of(const TableDefinition& table, const std::vector<int32_t>& columns) {
  std::vector<Field> fields;
  for (const int32_t index : columns) {
    const TableColumn& column = table.columns.at(static_cast<size_t>(index));
    fields.push_back({column.name, column.type, column.time});
  }
  return make_schema(std::move(fields));
}

// Returns, for each column of the table, its place in `columns`, or -1.
std::vector<int32_t> places_of(const TableDefinition& table, const std::vector<int32_t>& columns) {
  std::vector<int32_t> places(table.columns.size(), -1);
  for (size_t i = 0; i < columns.size(); ++i) places[static_cast<size_t>(columns[i])] = static_cast<int32_t>(i);
  return places;
}

std::string table_text(const ObjectName& name) {
  return fmt::format("table=[[{}, {}, {}]]", name.catalog, name.database, name.name);
}

}  // namespace

ScanNode::ScanNode(TableDefinitionPtr table, std::vector<int32_t> columns, std::vector<ScanCondition> conditions)
    : PlanNode(kKind, schema_of(*table, columns), {}),
      table_(std::move(table)),
      columns_(std::move(columns)),
      fields_(fields_for(*table_, columns_)),
      conditions_(std::move(conditions)) {
  CHECK(std::ranges::is_sorted(columns_));
  const std::vector<int32_t> field_places = places_of(*table_, fields_);
  for (const int32_t index : columns_) {
    const TableColumn& column = table_->columns[static_cast<size_t>(index)];
    projections_.push_back(column.is_read() ? make_column(field_places[static_cast<size_t>(index)], column.type)
                                            : renumber_columns(column.expression, field_places));
  }
  if (!table_->watermark) return;
  const std::vector<int32_t> output_places = places_of(*table_, columns_);
  const int32_t place = output_places[static_cast<size_t>(table_->watermark->column)];
  if (place < 0) return;
  rowtime_ = place;
  if (!table_->watermark->expression) return;  // SOURCE_WATERMARK()
  for (const int32_t index : columns_of(*table_->watermark->expression)) {
    CHECK_MSG(output_places[static_cast<size_t>(index)] >= 0, "watermark of {} without its columns", table_->name.name);
  }
  watermark_ = renumber_columns(table_->watermark->expression, output_places);
}

bool ScanNode::reads_output_as_is() const { return fields_ == columns_; }

PlanPtr ScanNode::with_inputs(std::vector<PlanPtr> inputs) const {
  CHECK(inputs.empty());
  return std::make_shared<ScanNode>(table_, columns_, conditions_);
}

std::string ScanNode::logical_text() const {
  std::string text = "LogicalTableScan(" + table_text(table_->name);
  if (watermark_) {
    text += fmt::format(", rowtime=[{}], watermark=[{}]", schema()->field(*rowtime_).name, watermark_->to_string());
  }
  return text + ")";
}

std::string ScanNode::physical_text() const {
  std::vector<std::string> field_names;
  for (const int32_t index : fields_) field_names.push_back(table_->columns[static_cast<size_t>(index)].name);
  std::string text = fmt::format("TableSourceScan({}, fields=[{}]", table_text(table_->name), join_texts(field_names));
  if (!reads_output_as_is()) {
    text += fmt::format(", select=[{}]", select_text(projections_, *schema(), field_names));
  }
  if (!conditions_.empty()) {
    std::vector<std::string> conditions;
    for (const ScanCondition& condition : conditions_) {
      const std::string& column = table_->columns[static_cast<size_t>(condition.column)].name;
      conditions.push_back(column + " " + condition.test +
                           (condition.value.is_null() ? "" : " " + condition.value.to_string()));
    }
    text += fmt::format(", filter=[{}]", fmt::join(conditions, " AND "));
  }
  const std::vector<std::string> names = schema()->names();
  if (watermark_) {
    text +=
        fmt::format(", rowtime=[{}], watermark=[{}]", schema()->field(*rowtime_).name, watermark_->to_string(names));
  }
  return text + ")";
}

std::string ScanNode::digest() const {
  for (const ExpressionPtr& projection : projections_) {
    if (!projection->is_deterministic()) return "";
  }
  std::vector<std::string> columns;
  for (const int32_t column : columns_) columns.push_back(fmt::format("{}", column));
  return fmt::format("scan {} [{}]", static_cast<const void*>(table_.get()), join_texts(columns));
}

PlanPtr make_scan(TableDefinitionPtr table) {
  std::vector<int32_t> columns;
  for (size_t i = 0; i < table->columns.size(); ++i) columns.push_back(static_cast<int32_t>(i));
  return std::make_shared<ScanNode>(std::move(table), std::move(columns));
}

std::vector<int32_t> with_watermark_columns(const TableDefinition& table, std::vector<int32_t> columns) {
  std::set<int32_t> result(columns.begin(), columns.end());
  if (table.watermark && table.watermark->expression && result.contains(table.watermark->column)) {
    for (const int32_t index : columns_of(*table.watermark->expression)) result.insert(index);
  }
  return {result.begin(), result.end()};
}

}  // namespace tidemill
