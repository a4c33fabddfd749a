// planner/show.cc - SHOW and DESCRIBE. Rule: columns and names as Flink has them.
#include <algorithm>
#include <cctype>

#include "data/side_rows.h"
#include "expr/table_function.h"
#include "planner/create_text.h"
#include "planner/statement_planner.h"
#include "planner/table_access.h"

namespace tidemill {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// SQL LIKE over bytes: % any text, _ one character. Names are short: plain backtracking.
bool matches(std::string_view text, std::string_view pattern, bool ignore_case) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    for (size_t skip = 0; skip <= text.size(); ++skip) {
      if (matches(text.substr(skip), pattern.substr(1), ignore_case)) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  const bool same = pattern.front() == '_' || pattern.front() == text.front() ||
                    (ignore_case && lower(pattern.front()) == lower(text.front()));
  return same && matches(text.substr(1), pattern.substr(1), ignore_case);
}

bool is_shown(const ast::Show& statement, std::string_view name) {
  if (!statement.like) return true;
  return matches(name, *statement.like, statement.like_ignores_case) != statement.like_negated;
}

TextResult names_result(const ast::Show& statement, std::string column, const std::vector<std::string>& names) {
  TextResult result;
  result.columns = {std::move(column)};
  for (const std::string& name : names) {
    if (is_shown(statement, name)) result.rows.push_back({name});
  }
  return result;
}

const CatalogObject& find_object(const Catalog& catalog, const ast::QualifiedName& name) {
  std::vector<std::string> parts;
  for (const ast::Identifier& part : name.parts) parts.push_back(part.name);
  return catalog.get(catalog.qualify(parts, name.location()), name.location());
}

std::string type_text(const Type& type, TimeAttribute time) {
  std::string text = type.with_nullable(true).to_string();
  if (time == TimeAttribute::kRowtime) text += " *ROWTIME*";
  if (time == TimeAttribute::kProctime) text += " *PROCTIME*";
  return text;
}

using Cells = std::vector<std::optional<std::string>>;

std::string primary_key_text(const TableDefinition& table) {
  std::string text;
  for (const int32_t column : table.primary_key) {
    text += (text.empty() ? "" : ", ") + table.columns[static_cast<size_t>(column)].name;
  }
  return fmt::format("PRI({})", text);
}

Cells table_column_cells(const TableDefinition& table, size_t index) {
  const TableColumn& column = table.columns[index];
  Cells cells = {column.name, type_text(column.type, column.time), column.type.nullable ? "true" : "false"};
  const bool is_key = std::ranges::find(table.primary_key, static_cast<int32_t>(index)) != table.primary_key.end();
  cells.push_back(is_key ? std::optional(primary_key_text(table)) : std::nullopt);
  const std::string extras = column_extras(column);
  cells.push_back(extras.empty() ? std::nullopt : std::optional(extras));
  const bool watermarked = table.watermark && table.watermark->column == static_cast<int32_t>(index);
  cells.push_back(watermarked ? std::optional(table.watermark->expression_sql) : std::nullopt);
  cells.push_back(column.comment);
  return cells;
}

void add_fields(const std::vector<Field>& fields, TextResult& result) {
  for (const Field& field : fields) {
    result.rows.push_back({field.name, type_text(field.type, field.time), field.type.nullable ? "true" : "false",
                           std::nullopt, std::nullopt, std::nullopt, std::nullopt});
  }
}

TextResult columns_of_object(const CatalogObject& object, std::optional<SideRows> side) {
  TextResult result;
  result.columns = {"name", "type", "null", "key", "extras", "watermark", "comment"};
  if (side) {
    add_fields(side_rows_schema(*side)->fields(), result);
  } else if (object.is_view()) {
    add_fields(object.view->columns, result);
  } else {
    for (size_t i = 0; i < object.table->columns.size(); ++i) {
      result.rows.push_back(table_column_cells(*object.table, i));
    }
  }
  const bool any_comment =
      std::ranges::any_of(result.rows, [](const Cells& cells) { return cells.back().has_value(); });
  if (any_comment) return result;
  result.columns.pop_back();  // Flink shows the column only where there is a comment
  for (Cells& cells : result.rows) cells.pop_back();
  return result;
}

TextResult text_result(std::string text) {
  TextResult result;
  result.columns = {"result"};
  result.rows = {{std::move(text)}};
  result.is_text = true;
  return result;
}

}  // namespace

TextResult StatementPlanner::show(const ast::Show& statement) const {
  const Catalog& catalog = session_.catalog;
  switch (statement.object) {
    case ast::ShowKind::kTables:
      return names_result(statement, "table name", catalog.tables_and_views());
    case ast::ShowKind::kViews:
      return names_result(statement, "view name", catalog.views());
    case ast::ShowKind::kCatalogs:
      return names_result(statement, "catalog name", {catalog.current_catalog()});
    case ast::ShowKind::kCurrentCatalog:
      return names_result(statement, "current catalog name", {catalog.current_catalog()});
    case ast::ShowKind::kDatabases:
      if (statement.name) {
        const std::string parts[] = {statement.name->last().name, catalog.current_database(), ""};
        catalog.qualify(parts, statement.name->location());
      }
      return names_result(statement, "database name", {catalog.current_database()});
    case ast::ShowKind::kCurrentDatabase:
      return names_result(statement, "current database name", {catalog.current_database()});
    case ast::ShowKind::kFunctions: {
      std::vector<std::string> names = catalog.functions();
      if (!statement.user_functions) {
        for (const FunctionListing& function : session_.functions.list()) {
          const bool gives_rows = function.name.starts_with(kTableFunctionPrefix);
          names.push_back(gives_rows ? function.name.substr(kTableFunctionPrefix.size()) : function.name);
        }
      }
      return names_result(statement, "function name", names);
    }
    case ast::ShowKind::kColumns: {
      TextResult result = columns_of_object(find_object(catalog, *statement.name), std::nullopt);
      std::erase_if(result.rows, [&](const Cells& cells) { return !is_shown(statement, *cells.front()); });
      return result;
    }
    case ast::ShowKind::kCreateTable: {
      const CatalogObject& object = find_object(catalog, *statement.name);
      if (object.is_view()) {
        throw UserError(statement.name->location(), fmt::format("{} is a view", object.name().name),
                        "Use SHOW CREATE VIEW.");
      }
      const TableAccess tables(session_.connectors, session_.formats);
      return text_result(create_table_text(*object.table, tables.shown_options(*object.table)));
    }
    case ast::ShowKind::kCreateView: {
      const CatalogObject& object = find_object(catalog, *statement.name);
      if (!object.is_view()) {
        throw UserError(statement.name->location(), fmt::format("{} is a table", object.name().name),
                        "Use SHOW CREATE TABLE.");
      }
      return text_result(create_view_text(*object.view));
    }
  }
  CHECK(false);
}

TextResult StatementPlanner::describe(const ast::Describe& statement) const {
  if (statement.path) {
    const TableDefinitionPtr table = session_.files.infer(*statement.path, statement.location);
    return text_result(create_table_text(*table, table->options));
  }
  ast::QualifiedName name = statement.name;
  const std::optional<SideRows> side = take_side_suffix(name.parts.back().name);
  return columns_of_object(find_object(session_.catalog, name), side);
}

}  // namespace tidemill
