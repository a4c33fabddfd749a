// Tables and views as the statements that create them (the form of Flink's SHOW CREATE TABLE).
#include "planner/create_text.h"

#include "plan/plan_node.h"
#include "sql/to_sql.h"

namespace tidemill {
namespace {

std::string quote_name(const ObjectName& name) {
  return fmt::format("{}.{}.{}", quote_identifier(name.catalog), quote_identifier(name.database),
                     quote_identifier(name.name));
}

std::string quote_columns(const TableDefinition& table, const std::vector<int32_t>& columns) {
  std::vector<std::string> names;
  for (const int32_t column : columns) {
    names.push_back(quote_identifier(table.columns[static_cast<size_t>(column)].name));
  }
  return join_texts(names);
}

std::string column_line(const TableColumn& column) {
  std::string line = quote_identifier(column.name);
  if (column.kind != ColumnKind::kComputed) line += " " + column.type.to_string();
  const std::string extras = column_extras(column);
  if (!extras.empty()) line += " " + extras;
  if (column.comment) line += " COMMENT " + quote_string(*column.comment);
  return line;
}

}  // namespace

std::string column_extras(const TableColumn& column) {
  if (column.kind == ColumnKind::kComputed) return "AS " + column.expression_sql;
  if (column.kind != ColumnKind::kMetadata) return "";
  std::string text = "METADATA";
  if (column.metadata_key_written) text += " FROM " + quote_string(column.metadata_key);
  if (column.is_virtual) text += " VIRTUAL";
  return text;
}

std::string create_table_text(const TableDefinition& table,
                              const std::vector<std::pair<std::string, std::string>>& shown_options) {
  std::vector<std::string> lines;
  for (const TableColumn& column : table.columns) lines.push_back(column_line(column));
  if (table.watermark) {
    const TableColumn& column = table.columns[static_cast<size_t>(table.watermark->column)];
    lines.push_back(
        fmt::format("WATERMARK FOR {} AS {}", quote_identifier(column.name), table.watermark->expression_sql));
  }
  if (!table.primary_key.empty()) {
    const std::string name =
        table.primary_key_name.empty() ? "" : fmt::format("CONSTRAINT {} ", quote_identifier(table.primary_key_name));
    lines.push_back(fmt::format("{}PRIMARY KEY ({}) NOT ENFORCED", name, quote_columns(table, table.primary_key)));
  }
  std::string text = fmt::format("CREATE {}TABLE {} (", table.temporary ? "TEMPORARY " : "", quote_name(table.name));
  for (size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "\n  " : ",\n  ") + lines[i];
  text += "\n)";
  if (table.comment) text += "\nCOMMENT " + quote_string(*table.comment);
  if (!table.partition_keys.empty()) {
    text += fmt::format("\nPARTITIONED BY ({})", quote_columns(table, table.partition_keys));
  }
  if (!shown_options.empty()) {
    text += "\nWITH (";
    for (size_t i = 0; i < shown_options.size(); ++i) {
      const auto& [key, value] = shown_options[i];
      text += fmt::format("{}\n  {} = {}", i == 0 ? "" : ",", quote_string(key), quote_string(value));
    }
    text += "\n)";
  }
  return text + "\n";
}

std::string create_view_text(const ViewDefinition& view) {
  std::string text = fmt::format("CREATE {}VIEW {}", view.temporary ? "TEMPORARY " : "", quote_name(view.name));
  if (view.columns_written) {
    std::vector<std::string> names;
    for (const Field& field : view.columns) names.push_back(quote_identifier(field.name));
    text += fmt::format(" ({})", join_texts(names));
  }
  if (view.comment) text += "\nCOMMENT " + quote_string(*view.comment);
  return text + "\nAS " + view.query + "\n";
}

}  // namespace tidemill
