// expr/type_coercion.h - the one type that values of several types are brought to. Rule: as Calcite does it in Flink's
// type system; FLOAT with DOUBLE takes whichever comes first, there too.
#pragma once
#include <optional>
#include <span>

#include "data/type.h"
#include "expr/expression.h"

namespace tidemill {

// Returns the type of CASE, COALESCE, IN, VALUES, UNION over these types, nullable where either is; nullopt where there
// is none. FLOAT and DECIMAL give DOUBLE; CHARs of different lengths VARCHAR; TIMESTAMP and TIMESTAMP_LTZ the latter.
// Nested types of one kind meet part by part.
std::optional<Type> common_type(const Type& a, const Type& b);
std::optional<Type> common_type(std::span<const ExpressionPtr> expressions);

// Returns the type that both sides of a comparison or an equi-join are cast to; nullopt where they cannot be compared.
// As common_type, but FLOAT and DOUBLE meet in DOUBLE, and text beside a date or time is read as one.
std::optional<Type> comparison_type(const Type& a, const Type& b);

}  // namespace tidemill
