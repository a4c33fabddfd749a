// sql/ast/identifier.h - names as written in SQL. Rule: a name keeps its case, and back-quotes are already taken off.
#pragma once
#include <string>
#include <vector>

#include "base/error.h"

namespace tidemill::ast {

// One name. `quoted` tells whether it stood in back-quotes (then it is never a keyword).
struct Identifier {
  std::string name;
  SourceLocation location;
  bool quoted = false;
};

// A name of one or more parts: `orders`, `db.orders`, `catalog.db.orders`. Never empty once parsed.
struct QualifiedName {
  std::vector<Identifier> parts;

  SourceLocation location() const { return parts.empty() ? SourceLocation() : parts.front().location; }
  const Identifier& last() const { return parts.back(); }
};

}  // namespace tidemill::ast
