// testing/cell_value.h - what a cell of a test file is as a value. Rule: what CAST(value AS STRING) prints of it is
// read back, but for texts that hold the signs of nested values.
#pragma once
#include <string>

#include "data/value.h"

namespace tidemill {

// Reads a cell as CAST('cell' AS type) would. ARRAY, MAP, MULTISET and ROW, which have no such cast, are JSON or what a
// test prints of them:
//   ARRAY          [1, NULL]
//   MAP, MULTISET  {a=1, b=2} | {"a": 1, "b": 2}
//   ROW            (1, a), a value a field | {"x": 1, "y": "a"} by name, where a missing field is NULL
//   VARIANT        JSON; its null is a value, and only a cell NULL is NULL
// Inside, null and NULL are NULL, "…" is a text with the escapes of JSON, and anything else goes up to the next sign.
// Of equal keys the last one counts. Throws UserError where the cell is no value of the type, naming the character.
Value cell_value(const std::string& cell, const Type& type);

}  // namespace tidemill
