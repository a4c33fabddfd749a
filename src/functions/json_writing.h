// functions/json_writing.h - SQL values as JSON. Rule: as Flink's JSON_OBJECT writes them: decimals with their digits,
// timestamps as ISO 8601, bytes in base 64.
#pragma once
#include <optional>

#include "data/column.h"
#include "expr/expression.h"
#include "functions/json_node.h"

namespace tidemill {

// Tells whether a type can stand in JSON. DATE, TIME and intervals cannot, in Flink neither.
bool fits_json(const Type& type);
// Tells whether an expression gives JSON that is to be taken as it is: JSON_OBJECT, JSON_ARRAY, JSON.
bool gives_json(const Expression& expression);

// Returns row `row` as JSON; JSON null where it is NULL. `as_is`: the text is JSON itself. nullopt where there is no
// such JSON: NaN, an infinity, a text that should be JSON and is not.
std::optional<JsonNode> json_of(const Column& column, int32_t row, bool as_is);

}  // namespace tidemill
