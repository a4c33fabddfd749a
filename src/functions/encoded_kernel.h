// functions/encoded_kernel.h - kernels for functions whose arguments may be of any type: values come and go encoded
// (data/nested.h), a row at a time. Rule: nothing here knows what a value means.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "data/nested.h"
#include "expr/scalar_function.h"

namespace tidemill {

// The arguments of one row.
class EncodedRow {
 public:
  explicit EncodedRow(const CallInput& call) : call_(call), encoded_(call.arguments.size()) {}

  size_t size() const { return call_.arguments.size(); }
  const Type& type(size_t i) const { return column(i).type(); }
  bool is_null(size_t i) const { return column(i).is_null(row_); }
  // The bytes of a text or nested argument. Requires: not NULL.
  std::string_view bytes(size_t i) const { return column(i).text(row_); }
  int32_t integer(size_t i) const { return column(i).decode<int32_t>()[row_]; }
  int64_t big_int(size_t i) const { return column(i).decode<int64_t>()[row_]; }
  bool boolean(size_t i) const { return column(i).decode<uint8_t>()[row_] != 0; }
  // Any argument, NULL too. Valid until the row changes.
  std::string_view encoded(size_t i);
  // What is inside a nested argument. Valid until the row changes. Requires: not NULL.
  std::vector<std::string_view> parts(size_t i) const { return nested_parts(type(i), bytes(i)); }
  // Notes that the row failed; its result is NULL.
  void fail(std::string message);

  // For the kernel.
  void go_to(int32_t row) { row_ = row; }
  bool take_failure() { return std::exchange(failed_, false); }

 private:
  const Column& column(size_t i) const { return *call_.arguments[i]; }

  const CallInput& call_;
  std::vector<std::string> encoded_;
  int32_t row_ = 0;
  bool failed_ = false;
};

// The entries of a MAP being made, keys and values encoded: a key that is there already gets another value.
class MapEntries {
 public:
  void put(std::string_view key, std::string_view value);
  // Keys and values in turn, in the order in which keys came first.
  const std::vector<std::string_view>& parts() const { return parts_; }

 private:
  std::vector<std::string_view> parts_;
  std::unordered_map<std::string_view, size_t> places_;  // of the values in parts_
};

// Throws UserError at `location` where types are nested too deeply to be one.
void require_nested_depth(const Type& type, SourceLocation location);

// Appends one encoded value, of the call's type, to the empty `out`.
using EncodedBody = std::function<void(EncodedRow& row, std::string& out)>;

// Returns the kernel of `body`. The result is NULL where an argument is whose bit in `sees_null` (lowest: the first) is
// not set; the body is then not called.
ScalarFunctionPtr make_encoded_kernel(EncodedBody body, uint32_t sees_null = 0);
constexpr uint32_t kSeesAllNulls = 0xFFFFFFFF;
// The same with a body made anew for each call over a batch, which may keep what it computes from one row to the next.
ScalarFunctionPtr make_encoded_kernel_of(std::function<EncodedBody()> make_body, uint32_t sees_null = 0);

}  // namespace tidemill
