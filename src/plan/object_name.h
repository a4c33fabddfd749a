// plan/object_name.h - the full name of a table or view. Rule: always three parts, case-sensitive, as Flink has it.
#pragma once
#include <compare>
#include <string>

namespace tidemill {

struct ObjectName {
  std::string catalog, database, name;

  auto operator<=>(const ObjectName&) const = default;
  // Returns "default_catalog.default_database.orders", as messages and plans show it.
  std::string to_string() const { return catalog + "." + database + "." + name; }
};

}  // namespace tidemill
