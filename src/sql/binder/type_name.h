// sql/binder/type_name.h - data types as written to Types. Rule: Flink's defaults; a type this engine does not have is
// refused by name.
#pragma once
#include "data/type.h"
#include "sql/ast/type_name.h"

namespace tidemill {

// Returns the type, nullable unless NOT NULL was written. Throws UserError at the type: precision or length out of
// range, or a type that is not supported yet.
Type bind_type(const ast::TypeName& name);

}  // namespace tidemill
