// functions/json_writing.h - SQL values as JSON. Rule: as Flink's JSON_OBJECT writes them: decimals with their digits,
// timestamps as ISO 8601, bytes in base 64, nested values as arrays and objects.
#pragma once
#include <optional>

#include "expr/function_registry.h"
#include "functions/json_node.h"

namespace tidemill {

// Refuses, by UserError at the call, a type that cannot stand in JSON: DATE, TIME and intervals, and maps whose keys
// are no texts, also inside of others. Flink refuses the same.
void check_fits_json(const CallSite& call, const Type& type);
// Tells whether an expression gives JSON that is to be taken as it is: JSON_OBJECT, JSON_ARRAY, JSON.
bool gives_json(const Expression& expression);

// Returns row `row` of an argument as JSON; JSON null where it is NULL. `as_is`: the text is JSON itself. nullopt, with
// an error added to the row, where there is no such JSON: a text that should be JSON and is not, a NULL key of a map.
std::optional<JsonNode> json_of(const CallInput& call, size_t argument, int32_t row, bool as_is);

}  // namespace tidemill
