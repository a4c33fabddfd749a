// expr/cast_nested.cc - casts of ARRAY, MAP, MULTISET and ROW to the same kind. Rule: parts are cast by their own
// kernels, all of a batch at once; one that cannot be cast fails the whole value.
#include "data/nested.h"
#include "expr/cast_kernel.h"

namespace tidemill {
namespace {

class Relabel final : public ScalarFunction {
 public:
  ColumnPtr evaluate(const CallInput& call) const override { return call.arguments[0]->with_type(call.result_type); }
};

class NestedCast final : public ScalarFunction {
 public:
  // A part without a kernel stays as it is.
  NestedCast(std::vector<ScalarFunctionPtr> parts, bool is_try) : parts_(std::move(parts)), is_try_(is_try) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    std::vector<int32_t> rows;
    call.selection.for_each([&](int32_t row) { rows.push_back(row); });
    const ColumnPtr values = call.arguments[0]->take(rows);
    NestedColumns parts = split_nested(*values);
    std::vector<int32_t> places(static_cast<size_t>(call.num_rows()), -1);  // of rows in `values`; -1: NULL
    for (size_t i = 0; i < rows.size(); ++i) places[static_cast<size_t>(rows[i])] = static_cast<int32_t>(i);
    RowErrors errors;
    const std::vector<Type> types = nested_column_types(call.result_type);
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i] != nullptr) cast_part(call, types[i].with_nullable(true), *parts_[i], parts.columns[i], errors);
    }
    for (const RowError& error : errors.errors()) {
      const int32_t row = rows[static_cast<size_t>(row_of(parts, error.row))];
      places[static_cast<size_t>(row)] = -1;
      if (!is_try_) call.errors.add(row, error.message);
    }
    return join_nested(call.result_type, parts, *values)->take(places);
  }

 private:
  static void cast_part(const CallInput& call, const Type& type, const ScalarFunction& kernel, ColumnPtr& column,
                        RowErrors& errors) {
    const int32_t count = column->num_rows();
    if (count == 0) {
      column = ColumnBuilder(type).finish();
      return;
    }
    const Selection all = Selection::all(count);
    column = kernel.evaluate({std::span(&column, 1), type, all, call.input, errors});
  }
  static int32_t row_of(const NestedColumns& parts, int32_t entry) {
    if (parts.offsets.empty()) return entry;
    const auto after = std::ranges::upper_bound(parts.offsets, entry);
    return static_cast<int32_t>(after - parts.offsets.begin()) - 1;
  }

  std::vector<ScalarFunctionPtr> parts_;
  bool is_try_;
};

}  // namespace

CastKernel make_nested_cast(const Type& from, const Type& to, bool is_try) {
  if (from.kind != to.kind || from.num_parts() != to.num_parts()) return {};
  std::vector<ScalarFunctionPtr> parts;
  CastKernel result;
  bool changes = false;
  for (size_t i = 0; i < from.num_parts(); ++i) {
    CastKernel part;
    if (!from.part(i).same_except_nullable(to.part(i))) {
      part = find_cast_kernel(from.part(i), to.part(i), false);
      if (!part.function) return {};
      changes = true;
    }
    result.can_fail = result.can_fail || part.can_fail;
    result.reads_zone = result.reads_zone || part.reads_zone;
    parts.push_back(std::move(part.function));
  }
  if (changes) {
    result.function = std::make_shared<NestedCast>(std::move(parts), is_try);
  } else {
    result.function = std::make_shared<Relabel>();
  }
  return result;
}

}  // namespace tidemill
