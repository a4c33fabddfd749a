// sql/binder/create_table.cc - CREATE TABLE to a table definition. Rule: computed columns see what the connector
// delivers, and not each other.
#include <algorithm>
#include <set>

#include "plan/calc.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/table_binder.h"
#include "sql/binder/type_name.h"
#include "sql/to_sql.h"

namespace tidemill {
namespace {

constexpr int32_t kRowtimePrecisionMax = 3;

std::vector<std::string> parts_of(const ast::QualifiedName& name) {
  std::vector<std::string> parts;
  for (const ast::Identifier& part : name.parts) parts.push_back(part.name);
  return parts;
}

class TableDeclaration {
 public:
  TableDeclaration(const ast::CreateTable& statement, const BindingContext& context)
      : statement_(statement), context_(context) {}

  TableDefinitionPtr bind() {
    refuse_unsupported_clauses();
    table_.name = context_.catalog.qualify(parts_of(statement_.name), statement_.name.location());
    table_.temporary = statement_.temporary;
    table_.comment = statement_.comment;
    bind_columns();
    bind_primary_key();
    bind_computed_columns();
    bind_watermark();
    bind_partition_keys();
    bind_options();
    return std::make_shared<const TableDefinition>(std::move(table_));
  }

 private:
  void refuse_unsupported_clauses() const {
    if (statement_.distribution) refuse_unsupported(statement_.distribution->location, "DISTRIBUTED");
    if (statement_.or_replace) refuse_unsupported(statement_.location, "CREATE OR REPLACE TABLE");
    if (statement_.columns.empty()) throw UserError(statement_.location, "A table needs columns");
  }

  void bind_columns() {
    std::set<std::string> names;
    for (const ast::ColumnDefinition& written : statement_.columns) {
      if (!names.insert(written.name.name).second) {
        throw UserError(written.name.location, fmt::format("Two columns have this name: {}", written.name.name));
      }
      TableColumn column;
      column.name = written.name.name;
      column.comment = written.comment;
      if (const auto* physical = std::get_if<ast::PhysicalColumn>(&written.definition)) {
        column.type = bind_type(physical->type);
      } else if (const auto* metadata = std::get_if<ast::MetadataColumn>(&written.definition)) {
        column.kind = ColumnKind::kMetadata;
        column.type = bind_type(metadata->type);
        column.metadata_key = metadata->key.value_or(column.name);
        column.metadata_key_written = metadata->key.has_value();
        column.is_virtual = metadata->is_virtual;
      } else {
        column.kind = ColumnKind::kComputed;
      }
      table_.columns.push_back(std::move(column));
    }
  }

  int32_t find_column(const ast::Identifier& name, std::string_view clause) const {
    const std::optional<int32_t> index = table_.column_index(name.name);
    if (index) return *index;
    std::vector<std::string> known;
    for (const TableColumn& column : table_.columns) known.push_back(column.name);
    const auto nearest = nearest_name(name.name, known);
    throw UserError(name.location, fmt::format("{} names an unknown column: {}", clause, name.name),
                    nearest ? fmt::format("Did you mean '{}'?", *nearest) : "");
  }

  void bind_primary_key() {
    if (!statement_.primary_key) return;
    std::set<int32_t> seen;
    for (const ast::Identifier& name : statement_.primary_key->columns) {
      const int32_t index = find_column(name, "PRIMARY KEY");
      TableColumn& column = table_.columns[static_cast<size_t>(index)];
      if (column.kind != ColumnKind::kPhysical) {
        throw UserError(name.location, fmt::format("A primary key holds physical columns only: {}", name.name));
      }
      if (!seen.insert(index).second) {
        throw UserError(name.location, fmt::format("PRIMARY KEY names a column twice: {}", name.name));
      }
      column.type.nullable = false;
      table_.primary_key.push_back(index);
    }
    if (statement_.primary_key->name) table_.primary_key_name = statement_.primary_key->name->name;
  }

  // Computed columns see what the connector delivers, and not each other (as in Flink).
  void bind_computed_columns() {
    std::vector<Field> fields;
    std::vector<int32_t> places;
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      if (!table_.columns[i].is_read()) continue;
      fields.push_back({table_.columns[i].name, table_.columns[i].type});
      places.push_back(static_cast<int32_t>(i));
    }
    const SchemaPtr read = make_schema(std::move(fields));
    const Scope scope = Scope::of(read, {table_.name.name});
    ExpressionBinder binder(context_, scope, "a computed column");
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      const auto* computed = std::get_if<ast::ComputedColumn>(&statement_.columns[i].definition);
      if (computed == nullptr) continue;
      TableColumn& column = table_.columns[i];
      const ExpressionPtr bound = binder.bind(*computed->expression);
      if (bound->type().kind == TypeKind::kNull) {
        throw UserError(computed->expression->location, "The column's type is unknown: it is NULL",
                        "Write CAST(NULL AS …).");
      }
      column.expression = renumber_columns(bound, places);
      column.expression_sql = to_sql(*computed->expression);
      column.type = bound->type();
      column.time = time_attribute_of(*bound, *read);
    }
  }

  void check_watermark_type(const Type& type, SourceLocation location, std::string_view what) const {
    if (type.is_timestamp() && type.precision <= kRowtimePrecisionMax) return;
    const bool is_number = type.is_numeric();
    const bool is_text = type.is_character();
    throw UserError(location,
                    fmt::format("{} is {}, and must be TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p from 0 to 3", what,
                                type.to_string()),
                    is_number
                        ? "Compute a column of epoch numbers: ts AS TO_TIMESTAMP_LTZ(x, 3), with 0 for seconds and 3 "
                          "for milliseconds, and name that."
                    : is_text ? "Compute a column of the text: ts AS TO_TIMESTAMP(x), and name that."
                              : "Compute a column of that type: ts AS CAST(x AS TIMESTAMP(3)), and name that.");
  }

  void bind_watermark() {
    if (!statement_.watermark) return;
    const ast::WatermarkDefinition& written = *statement_.watermark;
    if (written.column.parts.size() != 1) refuse_unsupported(written.location, "WATERMARK FOR a field of a row");
    const ast::Identifier& name = written.column.parts.front();
    TableWatermark watermark;
    watermark.column = find_column(name, "WATERMARK FOR");
    TableColumn& column = table_.columns[static_cast<size_t>(watermark.column)];
    check_watermark_type(column.type, name.location, fmt::format("The watermark's column {}", name.name));
    if (column.time == TimeAttribute::kProctime) {
      throw UserError(name.location, "A column of processing time has no watermark");
    }
    watermark.expression_sql = to_sql(*written.expression);
    column.time = TimeAttribute::kRowtime;
    if (!is_source_watermark(*written.expression)) bind_watermark_expression(written, column, watermark);
    table_.watermark = std::move(watermark);
  }

  // SOURCE_WATERMARK(): the source itself says how far time has come; there is no expression.
  static bool is_source_watermark(const ast::Expression& expression) {
    const auto* call = expression.try_as<ast::FunctionCall>();
    if (call == nullptr || call->name.parts.size() != 1 || !call->arguments.empty()) return false;
    std::string name = call->name.parts.front().name;
    for (char& c : name) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return name == "SOURCE_WATERMARK";
  }

  void bind_watermark_expression(const ast::WatermarkDefinition& written, const TableColumn& column,
                                 TableWatermark& watermark) const {
    std::vector<Field> fields;
    for (const TableColumn& each : table_.columns) fields.push_back({each.name, each.type});
    const Scope scope = Scope::of(make_schema(std::move(fields)), {table_.name.name});
    ExpressionBinder binder(context_, scope, "WATERMARK FOR");
    watermark.expression = binder.bind(*written.expression);
    const Type& type = watermark.expression->type();
    check_watermark_type(type, written.expression->location, "The watermark's expression");
    if (type.kind != column.type.kind) {
      throw UserError(
          written.expression->location,
          fmt::format("The watermark's expression is {}, its column {}", type.to_string(), column.type.to_string()),
          "Both must be TIMESTAMP, or both TIMESTAMP_LTZ.");
    }
  }

  void bind_partition_keys() {
    for (const ast::Identifier& name : statement_.partitioned_by) {
      const int32_t index = find_column(name, "PARTITIONED BY");
      if (table_.columns[static_cast<size_t>(index)].kind != ColumnKind::kPhysical) {
        throw UserError(name.location, fmt::format("PARTITIONED BY names physical columns only: {}", name.name));
      }
      table_.partition_keys.push_back(index);
    }
  }

  void bind_options() {
    for (const ast::TableOption& option : statement_.options) {
      if (table_.option(option.key) != nullptr) {
        throw UserError(option.location, fmt::format("The option is given twice: {}", option.key));
      }
      table_.options.emplace_back(option.key, option.value);
    }
  }

  const ast::CreateTable& statement_;
  const BindingContext& context_;
  TableDefinition table_;
};

}  // namespace

TableDefinitionPtr bind_create_table(const ast::CreateTable& statement, const BindingContext& context) {
  return TableDeclaration(statement, context).bind();
}

}  // namespace tidemill
