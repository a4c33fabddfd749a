// formats/json/json_nested.h - JSON arrays and objects as ARRAY, MAP, MULTISET and ROW. Rule: what Flink's
// JsonToRowData makes of them; parts may be NULL, whatever is declared.
#pragma once
#include <string>

#include "connectors/spi/decoding/text_value.h"
#include "data/json_token.h"

namespace tidemill {

// Replaces `bytes` by the value (data/nested.h). Returns kNulled where something inside became NULL that was not. An
// object is a ROW by the names of its fields, and a MAP or MULTISET whose keys are text. Requires: `type` is nested and
// json_holds() it; the token's grammar was checked, and it is not null.
ValueStatus read_nested_json(const Type& type, const JsonToken& token, const TextForm& form, std::string& bytes);

// Tells whether JSON has a form for values of this type: not for intervals, and maps have texts as keys.
bool json_holds(const Type& type);

}  // namespace tidemill
