// sql/binder/scope.h - the columns that an expression may name. Rule: names are case-sensitive, and one that could mean
// two columns is an error.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/schema.h"
#include "sql/ast/expression.h"

namespace tidemill {

// A table of FROM: how its columns may be qualified, and where they are in the row.
struct ScopeRelation {
  std::vector<std::string> path;  // {alias}, or {catalog, database, table}; empty: cannot be qualified
  int32_t first = 0;
  int32_t count = 0;
};

class Scope {
 public:
  // A scope without columns: VALUES, SELECT without FROM.
  Scope() : Scope(make_schema({}), {}, {}) {}
  // `visible`: the columns of * in this order, which are those that a name alone may mean.
  Scope(SchemaPtr schema, std::vector<ScopeRelation> relations, std::vector<int32_t> visible)
      : schema_(std::move(schema)),
        names_(schema_->names()),
        relations_(std::move(relations)),
        visible_(std::move(visible)) {}
  // One relation named `path` that has all columns.
  static Scope of(SchemaPtr schema, std::vector<std::string> path);

  const SchemaPtr& schema() const { return schema_; }
  const std::vector<std::string>& names() const { return names_; }

  // Returns the column's index. Throws UserError: unknown (with the nearest name), or ambiguous.
  int32_t resolve(const ast::ColumnReference& column) const;
  // True where the name, or its beginning, means a column, or several.
  bool has(const ast::ColumnReference& column) const;
  // The same where parts of the name behind the column may be fields of a row: t.r.field. `used`: how many of the
  // parts name the column.
  struct Path {
    int32_t column = 0;
    size_t used = 0;
  };
  Path resolve_path(const ast::ColumnReference& column) const;
  // True where what stands before * is no table, but begins with a column: r.*, t.r.*.
  bool is_row(const ast::Star& star) const;
  // Returns the columns of * or t.*. Throws UserError for an unknown t.
  std::vector<int32_t> expand(const ast::Star& star) const;

 private:
  std::vector<const ScopeRelation*> relations_named(std::span<const std::string> qualifier) const;
  std::vector<int32_t> columns_of(std::span<const std::string> qualifier) const;
  std::vector<int32_t> columns_named(std::string_view name, std::span<const std::string> qualifier) const;
  [[noreturn]] void refuse_unknown(const ast::ColumnReference& column) const;

  SchemaPtr schema_;
  std::vector<std::string> names_;
  std::vector<ScopeRelation> relations_;
  std::vector<int32_t> visible_;
};

}  // namespace tidemill
