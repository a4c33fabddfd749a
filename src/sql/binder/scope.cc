// Name lookup among the columns of FROM.
#include "sql/binder/scope.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr size_t kNamesShown = 12;  // of the columns there are, in an error

std::string join_path(std::span<const std::string> parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ".") + part;
  return text;
}

std::vector<std::string> names_of(const std::vector<ast::Identifier>& parts) {
  std::vector<std::string> names;
  for (const ast::Identifier& part : parts) names.push_back(part.name);
  return names;
}

// True where `qualifier` is the end of `path`: t, db.t, catalog.db.t.
bool names_relation(std::span<const std::string> qualifier, const std::vector<std::string>& path) {
  if (qualifier.size() > path.size()) return false;
  return std::equal(qualifier.rbegin(), qualifier.rend(), path.rbegin());
}

}  // namespace

Scope Scope::of(SchemaPtr schema, std::vector<std::string> path) {
  ScopeRelation relation{std::move(path), 0, schema->size()};
  std::vector<int32_t> visible(static_cast<size_t>(schema->size()));
  std::iota(visible.begin(), visible.end(), 0);
  return Scope(std::move(schema), {std::move(relation)}, std::move(visible));
}

std::vector<const ScopeRelation*> Scope::relations_named(std::span<const std::string> qualifier) const {
  std::vector<const ScopeRelation*> result;
  for (const ScopeRelation& relation : relations_) {
    if (names_relation(qualifier, relation.path)) result.push_back(&relation);
  }
  return result;
}

std::vector<int32_t> Scope::columns_named(std::string_view name, std::span<const std::string> qualifier) const {
  std::vector<int32_t> result;
  for (const int32_t column : columns_of(qualifier)) {
    if (names_[static_cast<size_t>(column)] == name) result.push_back(column);
  }
  return result;
}

std::vector<int32_t> Scope::columns_of(std::span<const std::string> qualifier) const {
  if (qualifier.empty()) return visible_;
  std::vector<int32_t> columns;
  for (const ScopeRelation* relation : relations_named(qualifier)) {
    for (int32_t i = 0; i < relation->count; ++i) columns.push_back(relation->first + i);
  }
  return columns;
}

bool Scope::has(const ast::ColumnReference& column) const {
  const std::vector<std::string> parts = names_of(column.parts);
  for (size_t used = parts.size(); used > 0; --used)
    if (!columns_named(parts[used - 1], std::span(parts).first(used - 1)).empty()) return true;
  return false;
}

int32_t Scope::resolve(const ast::ColumnReference& column) const {
  const Path path = resolve_path(column);
  if (path.used < column.parts.size()) {
    throw UserError(column.location,
                    fmt::format("A column is needed here, and {} is a field of one", join_path(names_of(column.parts))),
                    "Compute it in a sub-query: SELECT …, r.field AS name.");
  }
  return path.column;
}

// The longest name that is a column's: of t.r, column r of table t comes before field r of column t.
Scope::Path Scope::resolve_path(const ast::ColumnReference& column) const {
  const std::vector<std::string> parts = names_of(column.parts);
  for (size_t used = parts.size(); used > 0; --used) {
    const std::vector<int32_t> found = columns_named(parts[used - 1], std::span(parts).first(used - 1));
    if (found.size() == 1) return {found.front(), used};
    if (found.size() > 1) {
      throw UserError(column.location, fmt::format("Column is ambiguous: {}", join_path(std::span(parts).first(used))),
                      relations_.size() > 1 ? "Put the table's name or alias before it."
                                            : "Give the columns different names in the sub-query: … AS name.");
    }
  }
  refuse_unknown(column);
}

void Scope::refuse_unknown(const ast::ColumnReference& column) const {
  const std::vector<std::string> parts = names_of(column.parts);
  const std::span<const std::string> qualifier(parts.data(), parts.size() - 1);
  if (!qualifier.empty() && relations_named(qualifier).empty()) {
    std::string tables;
    for (const ScopeRelation& relation : relations_) {
      if (!relation.path.empty()) tables += (tables.empty() ? "" : ", ") + relation.path.back();
    }
    std::string hint = tables.empty() ? "The table of FROM has no name here: write the column alone."
                                      : fmt::format("FROM has: {}.", tables);
    throw UserError(column.location, fmt::format("Unknown table or alias: {}", join_path(qualifier)), std::move(hint));
  }
  std::vector<std::string> visible;
  for (const int32_t named : columns_of(qualifier)) visible.push_back(names_[static_cast<size_t>(named)]);
  const std::string message = fmt::format("Unknown column: {}", parts.back());
  if (visible.empty()) throw UserError(column.location, message, "There are no columns here.");
  if (const auto nearest = nearest_name(parts.back(), visible)) {
    throw UserError(column.location, message, fmt::format("Did you mean '{}'?", *nearest));
  }
  std::string list;
  for (size_t i = 0; i < visible.size() && i < kNamesShown; ++i) list += (i == 0 ? "" : ", ") + visible[i];
  if (visible.size() > kNamesShown) list += ", …";
  throw UserError(column.location, message, fmt::format("There are: {}.", list));
}

bool Scope::is_row(const ast::Star& star) const {
  const std::vector<std::string> parts = names_of(star.qualifier);
  if (parts.empty() || !relations_named(parts).empty()) return false;
  for (size_t used = parts.size(); used > 0; --used) {
    if (!columns_named(parts[used - 1], std::span(parts).first(used - 1)).empty()) return true;
  }
  return false;
}

std::vector<int32_t> Scope::expand(const ast::Star& star) const {
  const std::vector<std::string> qualifier = names_of(star.qualifier);
  if (relations_named(qualifier).empty()) {
    throw UserError(star.location, qualifier.empty() ? "SELECT * needs a FROM"
                                                     : fmt::format("Unknown table or alias: {}", join_path(qualifier)));
  }
  return columns_of(qualifier);
}

}  // namespace tidemill
