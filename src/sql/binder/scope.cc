// Name lookup among the columns of FROM.
#include "sql/binder/scope.h"

#include <algorithm>

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
  return Scope(std::move(schema), {std::move(relation)});
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
  for (const ScopeRelation* relation : relations_named(qualifier)) {
    for (int32_t i = relation->first; i < relation->first + relation->count; ++i) {
      if (names_[static_cast<size_t>(i)] == name) result.push_back(i);
    }
  }
  return result;
}

int32_t Scope::resolve(const ast::ColumnReference& column) const {
  const std::vector<std::string> parts = names_of(column.parts);
  const std::span<const std::string> qualifier(parts.data(), parts.size() - 1);
  const std::vector<int32_t> found = columns_named(parts.back(), qualifier);
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    throw UserError(column.location, fmt::format("Column is ambiguous: {}", join_path(parts)),
                    relations_.size() > 1 ? "Put the table's name or alias before it."
                                          : "Give the columns different names in the sub-query: … AS name.");
  }
  refuse_unknown(column);
}

void Scope::refuse_unknown(const ast::ColumnReference& column) const {
  const std::vector<std::string> parts = names_of(column.parts);
  const std::span<const std::string> qualifier(parts.data(), parts.size() - 1);
  if (!qualifier.empty() && relations_named(qualifier).empty()) {
    if (!columns_named(parts.front(), {}).empty()) {
      throw UserError(column.location, fmt::format("{} has no fields: it is not a row", parts.front()));
    }
    std::string tables;
    for (const ScopeRelation& relation : relations_) {
      if (!relation.path.empty()) tables += (tables.empty() ? "" : ", ") + relation.path.back();
    }
    std::string hint = tables.empty() ? "The table of FROM has no name here: write the column alone."
                                      : fmt::format("FROM has: {}.", tables);
    throw UserError(column.location, fmt::format("Unknown table or alias: {}", join_path(qualifier)), std::move(hint));
  }
  std::vector<std::string> visible;
  for (const ScopeRelation* relation : relations_named(qualifier)) {
    const auto first = names_.begin() + relation->first;
    visible.insert(visible.end(), first, first + relation->count);
  }
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

std::vector<int32_t> Scope::expand(const ast::Star& star) const {
  const std::vector<std::string> qualifier = names_of(star.qualifier);
  const std::vector<const ScopeRelation*> relations = relations_named(qualifier);
  if (relations.empty()) {
    throw UserError(star.location, qualifier.empty() ? "SELECT * needs a FROM"
                                                     : fmt::format("Unknown table or alias: {}", join_path(qualifier)));
  }
  std::vector<int32_t> columns;
  for (const ScopeRelation* relation : relations) {
    for (int32_t i = 0; i < relation->count; ++i) columns.push_back(relation->first + i);
  }
  return columns;
}

}  // namespace tidemill
