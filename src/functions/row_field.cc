#include "functions/row_field.h"

#include <cstring>
#include <vector>

#include "base/check.h"
#include "data/column_builder.h"
#include "data/dispatch.h"
#include "data/nested.h"

namespace tidemill {
namespace {

template <class T>
T read(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

class RowFieldKernel final : public ScalarFunction {
 public:
  RowFieldKernel(const Type& row, size_t index) {
    for (size_t i = 0; i < index; ++i) {
      const PhysicalType physical = row.part(i).physical();
      widths_.push_back(physical == PhysicalType::kText ? kText : static_cast<uint32_t>(physical_size(physical)));
    }
  }

  ColumnPtr evaluate(const CallInput& call) const override {
    const Column& rows = *call.arguments[0];
    ColumnBuilder results(call.result_type);
    results.reserve(call.num_rows());
    results.keep_alive(rows.text_buffers());
    dispatch_physical(call.result_type.physical(), [&]<class T>() {
      call.selection.for_each([&](int32_t row) {
        while (results.num_rows() < row) results.append_null();                         // not selected
        if (rows.is_null(row) || rows.text(row).empty()) return results.append_null();  // no bytes are no value
        const char* const field = find(rows.text(row));
        if (*field == '\0') return results.append_null();
        if constexpr (std::is_same_v<T, Text>) {
          results.append(Text(std::string_view(field + 1 + sizeof(uint32_t), read<uint32_t>(field + 1))));
        } else {
          results.append(read<T>(field + 1));
        }
      });
    });
    while (results.num_rows() < call.num_rows()) results.append_null();
    return results.finish();
  }

 private:
  static constexpr uint32_t kText = 0;  // its size stands before it

  // Returns where the encoded field begins.
  const char* find(std::string_view row) const {
    const char* at = row.data();
    for (const uint32_t width : widths_) {
      if (*at++ == '\0') continue;
      at += width != kText ? width : sizeof(uint32_t) + read<uint32_t>(at);
    }
    CHECK(at < row.data() + row.size());
    return at;
  }

  std::vector<uint32_t> widths_;  // of the fields before it
};

}  // namespace

ScalarFunctionPtr make_row_field_kernel(const Type& row, size_t index) {
  return std::make_shared<RowFieldKernel>(row, index);
}

}  // namespace tidemill
