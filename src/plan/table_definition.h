// plan/table_definition.h - what CREATE TABLE declared, bound: columns, watermark, key, options. Rule: immutable and
// shared; a table is both source and sink, nothing here says which.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/row_field_path.h"
#include "data/schema.h"
#include "expr/expression.h"
#include "plan/object_name.h"

namespace tidemill {

enum class ColumnKind : uint8_t { kPhysical, kComputed, kMetadata };

struct TableColumn {
  std::string name;
  Type type;
  ColumnKind kind = ColumnKind::kPhysical;
  // kPhysical: a field of an earlier column, read without the rest of it. Only what a scan reads has such columns, and
  // has them last (rules/read_row_fields.cc).
  std::optional<RowFieldPath> row_field = {};
  TimeAttribute time = TimeAttribute::kNone;
  ExpressionPtr expression;    // kComputed: over the table's columns by index; reads physical and metadata ones only
  std::string expression_sql;  // kComputed: canonical SQL
  std::string metadata_key;    // kMetadata: the connector's name of it
  bool metadata_key_written = false;  // FROM 'key' was written
  bool is_virtual = false;            // kMetadata: readable, not written by INSERT
  std::optional<std::string> comment;

  // True where the connector delivers the column (physical or metadata).
  bool is_read() const { return kind != ColumnKind::kComputed; }
  // True where INSERT writes the column.
  bool is_persisted() const { return kind == ColumnKind::kPhysical || (kind == ColumnKind::kMetadata && !is_virtual); }
};

// WATERMARK FOR column AS expression.
struct TableWatermark {
  int32_t column = 0;
  // Over the table's columns, TIMESTAMP or TIMESTAMP_LTZ of precision at most 3; null for SOURCE_WATERMARK().
  ExpressionPtr expression;
  std::string expression_sql;
};

struct TableDefinition {
  ObjectName name;
  bool temporary = false;
  std::vector<TableColumn> columns;
  std::optional<TableWatermark> watermark;
  std::vector<int32_t> primary_key;  // columns; empty: none
  std::string primary_key_name;
  std::vector<int32_t> partition_keys;                       // columns of PARTITIONED BY
  std::vector<std::pair<std::string, std::string>> options;  // in the order written
  std::optional<std::string> comment;
  bool from_file = false;  // stands for a path used as a table, FROM 'data/*.jsonl'

  // Returns the value of an option, or nullptr.
  const std::string* option(std::string_view key) const;
  // Returns all columns, with their time attributes.
  SchemaPtr schema() const;
  // Returns the columns that INSERT writes, in order.
  std::vector<int32_t> persisted_columns() const;
  // Returns the index of the column of exactly this name, or nullopt.
  std::optional<int32_t> column_index(std::string_view column_name) const;
};

using TableDefinitionPtr = std::shared_ptr<const TableDefinition>;

}  // namespace tidemill
