// sql/binder/lookup_hint.h - /*+ LOOKUP('table' = 't', …) */: how a lookup join asks. Rule: options are those of Flink;
// what only says how Flink does it is checked, and changes nothing.
#pragma once
#include <string>

#include "plan/join.h"
#include "sql/ast/query.h"

namespace tidemill {

struct LookupHint {
  std::string table;  // name or alias of the right side
  LookupMatch match;
};

// Throws UserError at the hint: an option that does not exist, has a wrong value, or lacks another one.
LookupHint bind_lookup_hint(const ast::Hint& hint);

}  // namespace tidemill
