// plan/rules/read_row_fields.cc - a scan reads the fields of a ROW that are looked at, as columns of their own. Rule:
// only where nobody needs the ROW as a whole; a field of a NULL row is NULL, as the function "." has it.
#include <algorithm>
#include <numeric>
#include <set>
#include <unordered_map>
#include <utility>

#include "plan/calc.h"
#include "plan/passes/changelog.h"
#include "plan/rules/rule.h"
#include "plan/scan.h"

namespace tidemill {
namespace {

// Returns the path that r.a.b is over a column; nullopt: another expression.
std::optional<RowFieldPath> row_field_of(const Expression& expression) {
  const auto* call = expression.try_as<Call>();
  if (call == nullptr || call->name() != "." || call->child(0)->type().kind != TypeKind::kRow) return std::nullopt;
  std::optional<RowFieldPath> path;
  if (const auto* column = call->child(0)->try_as<ColumnReference>())
    path = RowFieldPath{column->index(), {}};
  else
    path = row_field_of(*call->child(0));
  if (path) path->places.push_back(call->child(1)->as<Literal>().value().as<int32_t>());
  return path;
}

bool is_around(const RowFieldPath& row, const RowFieldPath& field) {
  return row.column == field.column && row.places.size() <= field.places.size() &&
         std::equal(row.places.begin(), row.places.end(), field.places.begin());
}

// What expressions read of a table: columns as a whole, fields of others.
class Uses {
 public:
  explicit Uses(const TableDefinition& table) : table_(table) {}

  // `columns` says which column of the table each column of the expression is.
  void add(const Expression& expression, std::span<const int32_t> columns) {
    if (std::optional<RowFieldPath> path = row_field_of(expression)) {
      path->column = columns[static_cast<size_t>(path->column)];
      if (column(path->column).kind == ColumnKind::kPhysical) {
        if (!in_computed_) read_.insert(*path);
        fields_.insert(std::move(*path));
        return;
      }
    }
    if (const auto* read = expression.try_as<ColumnReference>()) add_whole(columns[static_cast<size_t>(read->index())]);
    for (const ExpressionPtr& child : expression.children()) add(*child, columns);
  }

  void add_whole(int32_t index) {
    if (!whole_.insert(index).second || column(index).is_read()) return;
    std::vector<int32_t> same(table_.columns.size());
    std::iota(same.begin(), same.end(), 0);
    const bool before = std::exchange(in_computed_, true);
    add(*column(index).expression, same);
    in_computed_ = before;
  }

  const std::set<int32_t>& whole() const { return whole_; }
  // True where the field, or one in it, is read by what was added itself, not by a computed column that it reads.
  bool reads(const RowFieldPath& field) const {
    return std::ranges::any_of(read_, [&](const RowFieldPath& path) { return is_around(field, path); });
  }
  // Returns the fields of columns that nobody needs whole; r.a stands for r.a.b, too.
  std::vector<RowFieldPath> fields() const {
    std::vector<RowFieldPath> result;
    for (const RowFieldPath& path : fields_) {  // what is around a field comes before it
      if (whole_.contains(path.column) || (!result.empty() && is_around(result.back(), path))) continue;
      result.push_back(path);
    }
    return result;
  }

 private:
  const TableColumn& column(int32_t index) const { return table_.columns[static_cast<size_t>(index)]; }

  const TableDefinition& table_;
  std::set<int32_t> whole_;
  std::set<RowFieldPath> fields_;
  std::set<RowFieldPath> read_;  // of fields_, those that no computed column stands between
  bool in_computed_ = false;
};

TableColumn field_column(const TableDefinition& table, const RowFieldPath& path) {
  const TableColumn* row = &table.columns[static_cast<size_t>(path.column)];
  TableColumn result;
  result.name = row->name;
  result.type = row->type;
  for (const int32_t place : path.places) {
    const NestedField& field = (*result.type.parts)[static_cast<size_t>(place)];
    result.name += "." + field.name;
    result.type = Type(field.type).with_nullable(field.type.nullable || result.type.nullable);
  }
  result.row_field = path;
  return result;
}

// The table with fields behind its columns.
class TableWithFields {
 public:
  TableWithFields(const TableDefinition& table, std::vector<RowFieldPath> fields)
      : fields_(std::move(fields)), first_(static_cast<int32_t>(table.columns.size())) {
    auto result = std::make_shared<TableDefinition>(table);
    for (const RowFieldPath& path : fields_) result->columns.push_back(field_column(table, path));
    std::vector<int32_t> same(result->columns.size());
    std::iota(same.begin(), same.end(), 0);
    for (TableColumn& column : result->columns)
      if (!column.is_read()) column.expression = read_fields(column.expression, same, same);
    if (result->watermark && result->watermark->expression)
      result->watermark->expression = read_fields(result->watermark->expression, same, same);
    table_ = std::move(result);
  }

  const TableDefinitionPtr& table() const { return table_; }
  // Returns those of the columns that are used whole, and the fields that are read as they are.
  std::vector<int32_t> columns(std::span<const int32_t> columns, const Uses& uses) const {
    std::vector<int32_t> result;
    for (const int32_t column : columns)
      if (uses.whole().contains(column)) result.push_back(column);
    for (size_t i = 0; i < fields_.size(); ++i)
      if (uses.reads(fields_[i])) result.push_back(first_ + static_cast<int32_t>(i));
    return result;
  }

  // Returns the expression with columns in place of fields. `columns` says which column of the table each of its
  // columns is, `places` where each column of the table is in the result.
  ExpressionPtr read_fields(const ExpressionPtr& expression, std::span<const int32_t> columns,
                            std::span<const int32_t> places) const {
    if (const auto* read = expression->try_as<ColumnReference>())
      return make_column(places[static_cast<size_t>(columns[static_cast<size_t>(read->index())])], read->type());
    if (std::optional<RowFieldPath> path = row_field_of(*expression)) {
      path->column = columns[static_cast<size_t>(path->column)];
      const auto field = std::ranges::find(fields_, *path);
      if (field != fields_.end())
        return make_column(places[static_cast<size_t>(first_ + (field - fields_.begin()))], expression->type());
    }
    std::vector<ExpressionPtr> children;
    for (const ExpressionPtr& child : expression->children()) children.push_back(read_fields(child, columns, places));
    return children == expression->children() ? expression : with_children(*expression, std::move(children));
  }

 private:
  std::vector<RowFieldPath> fields_;
  int32_t first_;  // the number of the first field among the columns
  TableDefinitionPtr table_;
};

using Calcs = std::vector<const CalcNode*>;

// Replaces a scan and the Calcs that read it, all of them, in `replaced`.
void read_fields(const ScanNode& scan, const Calcs& calcs, std::unordered_map<const PlanNode*, PlanPtr>& replaced) {
  Uses uses(*scan.table());
  for (const CalcNode* calc : calcs) {
    if (calc->predicate() != nullptr) uses.add(*calc->predicate(), scan.columns());
    for (const ExpressionPtr& projection : calc->projections()) uses.add(*projection, scan.columns());
  }
  if (scan.watermark() != nullptr) uses.add(*scan.watermark(), scan.columns());
  if (scan.rowtime()) uses.add_whole(scan.columns()[static_cast<size_t>(*scan.rowtime())]);
  std::vector<RowFieldPath> fields = uses.fields();
  if (fields.empty()) return;

  const TableWithFields table(*scan.table(), std::move(fields));
  std::vector<int32_t> columns = table.columns(scan.columns(), uses);
  std::vector<int32_t> places(table.table()->columns.size(), -1);
  for (size_t i = 0; i < columns.size(); ++i) places[static_cast<size_t>(columns[i])] = static_cast<int32_t>(i);
  const auto new_scan = std::make_shared<ScanNode>(table.table(), std::move(columns), scan.conditions());
  for (const CalcNode* calc : calcs) {
    const auto over_fields = [&](const ExpressionPtr& old) { return table.read_fields(old, scan.columns(), places); };
    std::vector<ExpressionPtr> projections;
    for (const ExpressionPtr& projection : calc->projections()) projections.push_back(over_fields(projection));
    replaced[calc] =
        std::make_shared<CalcNode>(new_scan, calc->predicate() == nullptr ? nullptr : over_fields(calc->predicate()),
                                   std::move(projections), calc->schema());
  }
}

}  // namespace

PlanPtr read_row_fields(const PlanPtr& root, const OptimizerContext& context) {
  if (context.tables == nullptr) return root;
  std::vector<const ScanNode*> scans;
  std::unordered_map<const PlanNode*, Calcs> calcs;
  std::set<const PlanNode*> read_by_others;
  visit_plan(*root, [&](const PlanNode& node) {
    if (const auto* scan = node.try_as<ScanNode>()) scans.push_back(scan);
    for (const PlanPtr& input : node.inputs()) {
      if (const auto* calc = node.try_as<CalcNode>())
        calcs[input.get()].push_back(calc);
      else
        read_by_others.insert(input.get());
    }
  });
  std::unordered_map<const PlanNode*, PlanPtr> replaced;
  for (const ScanNode* scan : scans)
    if (!read_by_others.contains(scan) && context.tables->source(*scan).reads_row_fields)
      read_fields(*scan, calcs[scan], replaced);
  return rewrite_plan(root, [&](const PlanPtr& node) {
    const auto found = replaced.find(node.get());
    return found == replaced.end() ? node : found->second;
  });
}

}  // namespace tidemill
