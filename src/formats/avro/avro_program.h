// formats/avro/avro_program.h - how records of one writer's schema become rows, as steps. Rule: a step knows all that
// the two schemas and the table say about its value, so that nothing is looked up while records are read.
//
// Steps are read one after the other, in the order of the bytes; kEnd ends a row, an element or what a kCall called.
// A slot is where a value goes: a column, a field of a ROW, or the value of an entry.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/type.h"

namespace tidemill {

enum class AvroCode : uint8_t {
  // Where reading goes on.
  kEnd,
  kJump,      // at `target`
  kNullable,  // union of null (branch `flag`) and one other: NULL goes to the slot, and reading goes on at `target`
  kUnion,     // of `number` branches: at branches[target + index]
  kFail,      // the value that is skipped next cannot be read: texts[target] says why
  kAbsent,    // the row itself is null
  kMark,      // `slot` of the marks begins here
  kMarkEnd,   // and ends here
  // Over what nobody wants.
  kSkipLong,
  kSkipFixed,   // `number` bytes
  kSkipSized,   // bytes, string
  kSkipBlocks,  // array, map: the steps behind it are those of an entry of at least `number` bytes; go on at `target`
  kCall,        // the steps at `target`
  // Values.
  kNull,
  kBoolean,
  kWhole8,
  kWhole16,
  kWhole32,
  kWhole64,
  kFloatOfWhole,
  kDoubleOfWhole,
  kFloat,
  kDoubleOfFloat,
  kDouble,
  kText,          // string
  kBytes,         // bytes
  kFixed,         // `number` bytes
  kSymbol,        // of an enum with `number` symbols: texts[target + index]; empty: it cannot be read
  kTime,          // time of day, in milliseconds: `number` as kTimestamp, `target` as there
  kTimestamp64,   // times `number` where positive, divided by -`number` where negative; then cut to a multiple of
                  // `target`
  kTimestamp128,  // the same, as 128 bits
  kDecimal,       // bytes: decimals[target]
  kDecimalFixed,  // the same of `number` bytes
  kArray,         // the steps behind it are those of an element, as kSkipBlocks
  kMap,           // those of the value of an entry; its key is text
  kMultiset,      // the same
  kRow,           // those of a ROW of `number` fields; flag 1: each begins with kField, 0: they are in order
  kField,         // field `slot` of a ROW begins here
  kDefault,       // the steps behind it read defaults[number]; go on at `target`
};

struct AvroStep {
  AvroCode code = AvroCode::kEnd;
  uint8_t flag = 0;
  int32_t slot = -1;
  int32_t target = 0;
  int64_t number = 0;
};

// Immutable once compiled; any thread.
struct AvroProgram {
  struct Decimal {
    int32_t written_scale = 0;
    int32_t precision = 0;
    int32_t scale = 0;
  };
  std::vector<AvroStep> steps;
  std::vector<int32_t> branches;
  std::vector<std::string> texts;
  std::vector<Decimal> decimals;
  std::vector<std::string> defaults;  // encoded
};

}  // namespace tidemill
