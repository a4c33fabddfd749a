// data/arrow_import.h - Arrow's arrays as columns. Rule: a value becomes the declared type where that holds all values
// of the array's type, and nothing else; what is taken is copied.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/arrow_c_data.h"
#include "data/column.h"

namespace tidemill {

// Returns the type that holds the values of an Arrow field; nullopt: there is none (unions, durations, decimals of more
// than 38 digits …).
std::optional<Type> type_of_arrow(const ArrowSchema& schema);
// Returns the name of the field's type, for errors: "int64", "list<…>".
std::string arrow_type_text(const ArrowSchema& schema);

class ArrowValues;

// A field of a schema bound to the type of a column.
class ArrowImport {
 public:
  // nullopt where the type does not hold the field's values.
  static std::optional<ArrowImport> bind(const ArrowSchema& schema, const Type& type);
  ArrowImport(ArrowImport&&) noexcept;
  ArrowImport& operator=(ArrowImport&&) noexcept;
  ~ArrowImport();

  // Returns `count` rows of the array from row `first` on. Requires: an array of the field's schema, which has them.
  // Throws UserError for a value that the type cannot hold (a timestamp beyond 64 bits, bytes that are not UTF-8, NULL
  // where it is NOT NULL); its text names neither file nor column.
  ColumnPtr read(const ArrowArray& array, int32_t first, int32_t count) const;

 private:
  explicit ArrowImport(std::unique_ptr<ArrowValues> values);
  std::unique_ptr<ArrowValues> values_;
};

}  // namespace tidemill
