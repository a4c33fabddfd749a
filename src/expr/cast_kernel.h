// expr/cast_kernel.h - the kernels behind expr/cast.h, one maker a family of types. Rule: private to expr/cast*.cc; a
// maker returns nullptr for a pair that is not its own.
#pragma once
#include "data/type.h"
#include "expr/scalar_function.h"

namespace tidemill {

struct CastKernel {
  ScalarFunctionPtr function;  // nullptr: no such cast
  bool can_fail = false;       // some values of the source type cannot be cast
  bool reads_zone = false;     // the result depends on table.local-time-zone
};

CastKernel make_numeric_cast(const Type& from, const Type& to, bool is_try);  // numbers and BOOLEAN, both sides
CastKernel make_parsing_cast(const Type& from, const Type& to, bool is_try);  // from CHAR, VARCHAR
CastKernel make_printing_cast(const Type& from, const Type& to);              // to CHAR, VARCHAR, BINARY, VARBINARY
CastKernel make_temporal_cast(const Type& from, const Type& to);              // DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ
CastKernel make_nested_cast(const Type& from, const Type& to, bool is_try);   // ARRAY, MAP, MULTISET, ROW, both sides

// Returns the kernel of whichever family has the pair.
CastKernel find_cast_kernel(const Type& from, const Type& to, bool is_try);

}  // namespace tidemill
