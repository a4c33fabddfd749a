// catalog/catalog.cc - lookups and changes of tables, views and functions.
#include "catalog/catalog.h"

#include <set>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr std::string_view kDefaultCatalog = "default_catalog";
constexpr std::string_view kDefaultDatabase = "default_database";

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

std::string nearest_hint(std::string_view name, const std::vector<std::string>& candidates) {
  const std::optional<std::string> nearest = nearest_name(name, candidates);
  return nearest ? fmt::format("Did you mean '{}'?", *nearest) : "";
}

}  // namespace

Catalog::Catalog() : current_catalog_(kDefaultCatalog), current_database_(kDefaultDatabase) {}

ObjectName Catalog::qualify(std::span<const std::string> parts, SourceLocation location) const {
  CHECK(!parts.empty());
  if (parts.size() > 3) {
    throw UserError(location, "A table name has at most three parts: catalog.database.table");
  }
  ObjectName name{current_catalog_, current_database_, parts.back()};
  if (parts.size() >= 2) name.database = parts[parts.size() - 2];
  if (parts.size() == 3) name.catalog = parts[0];
  if (name.catalog != current_catalog_) {
    throw UserError(location, fmt::format("Unknown catalog: {}", name.catalog),
                    fmt::format("The only catalog is {}.", current_catalog_));
  }
  if (name.database != current_database_) {
    throw UserError(location, fmt::format("Unknown database: {}", name.database),
                    fmt::format("The only database is {}.", current_database_));
  }
  return name;
}

bool Catalog::add(CatalogObject object, IfExists if_exists, SourceLocation location) {
  auto& objects = object.temporary() ? temporary_ : permanent_;
  const ObjectName name = object.name();
  const auto existing = objects.find(name);
  if (existing != objects.end()) {
    if (if_exists == IfExists::kIgnore) return false;
    const char* kind = existing->second.is_view() ? "View" : "Table";
    throw UserError(location, fmt::format("{} already exists: {}", kind, name.to_string()),
                    fmt::format("Use another name, DROP {} first, or CREATE … IF NOT EXISTS.",
                                existing->second.is_view() ? "VIEW" : "TABLE"));
  }
  objects.emplace(name, std::move(object));
  return true;
}

bool Catalog::drop_table(const ObjectName& name, bool temporary, IfExists if_missing, SourceLocation location) {
  return drop(name, false, temporary, if_missing, location);
}

bool Catalog::drop_view(const ObjectName& name, bool temporary, IfExists if_missing, SourceLocation location) {
  return drop(name, true, temporary, if_missing, location);
}

bool Catalog::drop(const ObjectName& name, bool view, bool temporary, IfExists if_missing, SourceLocation location) {
  const std::string kind = view ? "view" : "table";
  const auto of_kind = [&](const std::map<ObjectName, CatalogObject>& objects) {
    const auto found = objects.find(name);
    return found != objects.end() && found->second.is_view() == view;
  };
  auto& objects = temporary ? temporary_ : permanent_;
  auto& others = temporary ? permanent_ : temporary_;
  if (!temporary && of_kind(temporary_)) {
    throw UserError(location, fmt::format("A temporary {} of this name hides the permanent one: {}", kind, name.name),
                    fmt::format("Drop it first: DROP TEMPORARY {}.", view ? "VIEW" : "TABLE"));
  }
  if (of_kind(objects)) {
    objects.erase(name);
    return true;
  }
  if (if_missing == IfExists::kIgnore) return false;
  if (temporary && of_kind(others)) {
    throw UserError(location, fmt::format("The {} is not temporary: {}", kind, name.name),
                    fmt::format("Use DROP {}.", view ? "VIEW" : "TABLE"));
  }
  const CatalogObject* other_kind = find(name);
  if (other_kind != nullptr) {
    throw UserError(location, fmt::format("{} is a {}, not a {}", name.name, view ? "table" : "view", kind),
                    fmt::format("Use DROP {}.", view ? "TABLE" : "VIEW"));
  }
  throw UserError(location, fmt::format("Unknown {}: {}", kind, name.name), nearest_hint(name.name, names(view)));
}

const CatalogObject* Catalog::find(const ObjectName& name) const {
  for (const auto* objects : {&temporary_, &permanent_}) {
    const auto found = objects->find(name);
    if (found != objects->end()) return &found->second;
  }
  return nullptr;
}

const CatalogObject& Catalog::get(const ObjectName& name, SourceLocation location) const {
  const CatalogObject* object = find(name);
  if (object != nullptr) return *object;
  const std::vector<std::string> known = tables_and_views();
  std::string hint = nearest_hint(name.name, known);
  if (hint.empty() && known.empty()) hint = "No table has been created yet; CREATE TABLE comes first.";
  throw UserError(location, fmt::format("Unknown table or view: {}", name.name), std::move(hint));
}

std::vector<std::string> Catalog::tables_and_views() const { return names(false); }
std::vector<std::string> Catalog::views() const { return names(true); }

std::vector<std::string> Catalog::names(bool views_only) const {
  std::set<std::string> result;
  for (const auto* objects : {&temporary_, &permanent_}) {
    for (const auto& [name, object] : *objects) {
      if (!views_only || object.is_view()) result.insert(name.name);
    }
  }
  return {result.begin(), result.end()};
}

bool Catalog::add_function(FunctionDefinitionPtr function, IfExists if_exists, SourceLocation location) {
  const auto [existing, added] = functions_.try_emplace(upper(function->name), function);
  if (added || if_exists == IfExists::kIgnore) return added;
  throw UserError(location, fmt::format("Function already exists: {}", existing->second->name),
                  "Use another name, DROP FUNCTION first, or CREATE FUNCTION IF NOT EXISTS.");
}

bool Catalog::drop_function(const std::string& name, bool temporary, IfExists if_missing, SourceLocation location) {
  const auto found = functions_.find(upper(name));
  const bool matches = found != functions_.end() && found->second->temporary == temporary;
  if (matches) {
    functions_.erase(found);
    return true;
  }
  if (if_missing == IfExists::kIgnore) return false;
  if (found != functions_.end()) {
    throw UserError(location, fmt::format("The function is {}temporary: {}", temporary ? "not " : "", name),
                    temporary ? "Use DROP FUNCTION." : "Use DROP TEMPORARY FUNCTION.");
  }
  throw UserError(location, fmt::format("Unknown function: {}", name), nearest_hint(name, functions()));
}

FunctionDefinitionPtr Catalog::find_function(const std::string& name) const {
  const auto found = functions_.find(upper(name));
  return found == functions_.end() ? nullptr : found->second;
}

std::vector<std::string> Catalog::functions() const {
  std::vector<std::string> names;
  for (const auto& [key, function] : functions_) names.push_back(function->name);
  return names;
}

}  // namespace tidemill
