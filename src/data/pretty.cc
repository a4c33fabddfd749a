#include "data/pretty.h"

#include "base/error.h"

namespace tidemill {
namespace {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Splits at '|' outside quotes.
std::vector<std::string_view> split_cells(std::string_view line) {
  std::vector<std::string_view> cells;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '\'') quoted = !quoted;
    if (i < line.size() && (line[i] != '|' || quoted)) continue;
    cells.push_back(trim(line.substr(begin, i - begin)));
    begin = i + 1;
  }
  return cells;
}

std::optional<RowKind> parse_kind(std::string_view cell) {
  std::string text(cell);
  std::erase(text, ' ');
  for (const RowKind kind : {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter, RowKind::kDelete})
    if (text == row_kind_text(kind)) return kind;
  return std::nullopt;
}

}  // namespace

Batch parse_batch(const SchemaPtr& schema, std::string_view text) {
  std::vector<ColumnBuilder> builders;
  for (const Field& field : schema->fields()) builders.emplace_back(field.type);
  std::vector<RowKind> kinds;
  int32_t line_number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (line.empty()) continue;
    std::vector<std::string_view> cells = split_cells(line);
    const std::optional<RowKind> kind = parse_kind(cells.front());
    if (kind) cells.erase(cells.begin());
    kinds.push_back(kind.value_or(RowKind::kInsert));
    if (cells.size() != builders.size())
      throw UserError(fmt::format("Line {} has {} cells, the schema {} columns: '{}'", line_number, cells.size(),
                                  builders.size(), line));
    for (size_t i = 0; i < cells.size(); ++i) parse_cell(cells[i], builders[i].type()).append_to(builders[i]);
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
  const auto rows = static_cast<int32_t>(kinds.size());
  const bool append_only =
      std::all_of(kinds.begin(), kinds.end(), [](RowKind kind) { return kind == RowKind::kInsert; });
  if (append_only) kinds.clear();
  return Batch(schema, std::move(columns), rows, std::move(kinds));
}

std::string row_to_pretty(const Batch& batch, int32_t row) {
  std::string text(row_kind_text(batch.kind(row)));
  for (const ColumnPtr& column : batch.columns()) {
    text += " | ";
    text += to_pretty(Value::at(*column, row));
  }
  return text;
}

std::string to_pretty(const Batch& batch) {
  std::string text;
  for (int32_t row = 0; row < batch.num_rows(); ++row) text += row_to_pretty(batch, row) + "\n";
  return text;
}

}  // namespace tidemill
