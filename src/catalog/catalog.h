// catalog/catalog.h - the tables, views and SQL functions of a session. Rule: names of tables and views are
// case-sensitive, and a temporary one hides the permanent one of the same name until it is dropped; functions have one
// name space, in any case.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "plan/object_name.h"
#include "plan/table_definition.h"

namespace tidemill {

// A view is its query's text; each use binds it anew.
struct ViewDefinition {
  ObjectName name;
  bool temporary = false;
  std::string query;             // SQL
  std::vector<Field> columns;    // as of its creation
  bool columns_written = false;  // CREATE VIEW v (a, b): the names are not the query's own
  std::optional<std::string> comment;
};
using ViewDefinitionPtr = std::shared_ptr<const ViewDefinition>;

// Exactly one is set.
struct CatalogObject {
  TableDefinitionPtr table;
  ViewDefinitionPtr view;

  const ObjectName& name() const { return table ? table->name : view->name; }
  bool temporary() const { return table ? table->temporary : view->temporary; }
  bool is_view() const { return view != nullptr; }
};

// A function whose body is a SQL expression over its parameters; each call binds it anew.
struct FunctionDefinition {
  struct Parameter {
    std::string name;
    Type type;
  };
  std::string name;  // as written
  bool temporary = false;
  std::vector<Parameter> parameters;
  Type result;
  std::string body;  // SQL
};
using FunctionDefinitionPtr = std::shared_ptr<const FunctionDefinition>;

enum class IfExists : uint8_t { kFail, kIgnore };

// Used by one thread at a time: the session's.
class Catalog {
 public:
  Catalog();

  const std::string& current_catalog() const { return current_catalog_; }
  const std::string& current_database() const { return current_database_; }
  // Returns the full name for one to three parts. Throws UserError at `location` for an unknown catalog or database.
  ObjectName qualify(std::span<const std::string> parts, SourceLocation location) const;

  // Adds a table or view. Returns false where one of that name exists and `if_exists` says to ignore that; throws
  // UserError at `location` otherwise.
  bool add(CatalogObject object, IfExists if_exists, SourceLocation location);
  // Removes the object that `find` would give, if it is of the wanted kind and temporary as asked. Returns false where
  // there is none and `if_missing` says to ignore that; throws UserError at `location` otherwise.
  bool drop_table(const ObjectName& name, bool temporary, IfExists if_missing, SourceLocation location);
  bool drop_view(const ObjectName& name, bool temporary, IfExists if_missing, SourceLocation location);

  // Returns the object of that name, or nullptr. Valid until the catalog changes.
  const CatalogObject* find(const ObjectName& name) const;
  // Returns the object of that name. Throws UserError at `location` with the nearest name.
  const CatalogObject& get(const ObjectName& name, SourceLocation location) const;

  // The same for functions, whose names are matched in any case.
  bool add_function(FunctionDefinitionPtr function, IfExists if_exists, SourceLocation location);
  bool drop_function(const std::string& name, bool temporary, IfExists if_missing, SourceLocation location);
  // Returns the function of that name, or nullptr.
  FunctionDefinitionPtr find_function(const std::string& name) const;
  // Returns the names as written, in alphabetical order.
  std::vector<std::string> functions() const;

  // Return names in alphabetical order. Tables include views, as Flink's SHOW TABLES does.
  std::vector<std::string> tables_and_views() const;
  std::vector<std::string> views() const;

 private:
  bool drop(const ObjectName& name, bool view, bool temporary, IfExists if_missing, SourceLocation location);
  std::vector<std::string> names(bool views_only) const;

  std::string current_catalog_;
  std::string current_database_;
  std::map<ObjectName, CatalogObject> permanent_;
  std::map<ObjectName, CatalogObject> temporary_;
  std::map<std::string, FunctionDefinitionPtr> functions_;  // by name in upper case
};

}  // namespace tidemill
