// runtime/length_enforcer.h - what becomes of text that does not fit its column's length (table.exec.sink.
// type-length-enforcer). Rule: a CHAR or BINARY has exactly its length, a VARCHAR or VARBINARY at most; NULL always
// fits.
#pragma once
#include <vector>

#include "data/batch.h"
#include "operators/spec.h"

namespace tidemill {

class LengthEnforcer {
 public:
  explicit LengthEnforcer(const SinkSpec& spec);

  // Returns the rows with values cut, or padded with spaces (CHAR) or zero bytes (BINARY), or as they are. Characters
  // are code points. Throws UserError naming column, length and row, as the spec says.
  Batch enforce(Batch rows) const;

 private:
  struct Limited {
    int32_t column;
    int32_t length;
    bool characters;  // else bytes
    bool exact;
  };
  ColumnPtr fitted(const Column& column, const Limited& limit) const;
  [[noreturn]] void throw_wrong_length(const Batch& rows, int32_t row, const Limited& limit) const;

  SchemaPtr schema_;
  std::string table_;
  SinkSpec::TypeLength mode_;
  std::vector<Limited> limited_;
};

}  // namespace tidemill
