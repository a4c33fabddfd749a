// data/arrow_values.h - single values of an Arrow array (see arrow_import.h). Rule: by Arrow's layout alone; who asks
// has checked that the row is there.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/int128.h"
#include "data/arrow_c_data.h"
#include "data/type.h"

namespace tidemill {

// How values of a field lie in its array.
enum class ArrowLayout : uint8_t {
  kNull,
  kBool,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kHalf,
  kFloat,
  kDouble,
  kDecimal32,
  kDecimal64,
  kDecimal128,
  kBytes,       // offsets of 32 bits
  kLargeBytes,  // of 64
  kBytesView,
  kFixedBytes,
  kList,
  kLargeList,
  kFixedList,
  kMap,
  kStruct,
};

// What Arrow's format string of a field says.
struct ArrowFormat {
  ArrowLayout layout = ArrowLayout::kNull;
  // The SQL type of the values; for texts, dates and times what they are, whatever they are read as.
  Type type;
  int64_t units_a_second = 0;  // of times and timestamps
  int32_t size = 0;            // of fixed lists and bytes
};
// Returns false for a format that is not known here.
bool parse_arrow_format(const ArrowSchema& schema, ArrowFormat& format);

// One field of an array, read as `type`.
class ArrowValues {
 public:
  ArrowFormat format;
  Type type;
  bool dictionary = false;  // the indices' layout is `indices`, `format` is of the values
  ArrowLayout indices = ArrowLayout::kInt32;
  std::vector<std::unique_ptr<ArrowValues>> children;  // element | key, value | a field a column of a ROW
  std::vector<int32_t> child_of_field;                 // of ROW: which child; -1: none, NULL

  // Appends row `row` as an encoded value (data/nested.h).
  void append_encoded(const ArrowArray& array, int64_t row, std::string& out) const;
  // Moves to the values of a dictionary: both are those of `row`.
  void resolve(const ArrowArray*& array, int64_t& row) const;

  static bool is_null(const ArrowArray& array, int64_t row);
  // Require: not NULL, and a layout that has such values.
  int64_t integer(const ArrowArray& array, int64_t row) const;
  double floating(const ArrowArray& array, int64_t row) const;
  int128 decimal(const ArrowArray& array, int64_t row) const;    // with the scale of `type`
  int128 timestamp(const ArrowArray& array, int64_t row) const;  // in the unit of the precision of `type`
  int32_t time_or_date(const ArrowArray& array, int64_t row) const;
  // Throws UserError where the type is text and the bytes are not UTF-8.
  std::string_view text(const ArrowArray& array, int64_t row) const;

 private:
  void append_nested(const ArrowArray& array, int64_t row, std::string& out) const;
};

}  // namespace tidemill
