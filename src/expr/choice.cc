#include "expr/choice.h"

#include <algorithm>
#include <limits>

#include "data/dispatch.h"
#include "expr/result_column.h"

namespace tidemill {
namespace {

constexpr int64_t kConditionSizeMax = 8;  // nodes: a comparison or a few
constexpr size_t kBranchesMax = 8;        // each is looked at for every row

bool is_at_hand(const Expression& result) {
  return result.kind() == ExpressionKind::kColumn || result.kind() == ExpressionKind::kLiteral;
}

// Functions of texts may cost anything.
bool has_texts(const Expression& expression) {
  return expression.type().physical() == PhysicalType::kText ||
         std::ranges::any_of(expression.children(), [](const ExpressionPtr& child) { return has_texts(*child); });
}

// Sets branches[row] to the number of the result that the row takes.
void number_branches(std::span<const ColumnPtr> conditions, const Selection& selection, std::span<uint8_t> branches) {
  std::ranges::fill(branches, static_cast<uint8_t>(conditions.size()));
  for (size_t i = conditions.size(); i-- > 0;) {  // from behind: the first that is TRUE is written last
    const Decoded<uint8_t> values = conditions[i]->decode<uint8_t>();
    const auto number = static_cast<uint8_t>(i);
    uint8_t* const out = branches.data();
    if (values.is_flat() && !values.has_nulls()) {
      const uint8_t* const flags = values.values();
      for (size_t row = 0; row < branches.size(); ++row) out[row] = flags[row] == 1 ? number : out[row];
    } else {
      selection.for_each([&](int32_t row) {
        if (!values.is_null(row) && values[row] != 0) out[row] = number;
      });
    }
  }
}

template <class T>
ColumnPtr take_branches(const Type& type, std::span<const uint8_t> branches, std::span<const ColumnPtr> results,
                        const Selection& selection) {
  ResultColumn<T> out(type, selection.num_rows());
  std::vector<Decoded<T>> values;
  bool nulls = false;
  for (const ColumnPtr& result : results) {
    values.push_back(result->decode<T>());
    nulls = nulls || values.back().has_nulls();
    if constexpr (std::is_same_v<T, Text>) out.keep_alive(result->text_buffers());
  }
  selection.for_each([&](int32_t row) { out[row] = values[branches[static_cast<size_t>(row)]][row]; });
  if (nulls)
    selection.for_each([&](int32_t row) {
      if (values[branches[static_cast<size_t>(row)]].is_null(row)) out.set_null(row);
    });
  return out.finish();
}

}  // namespace

bool is_small(const Expression& expression) {
  return expression.size() <= kConditionSizeMax && expression.is_deterministic() && !expression.can_fail() &&
         !has_texts(expression);
}

bool is_choice(const Case& expression) {
  if (expression.num_branches() > kBranchesMax || !is_at_hand(*expression.otherwise())) return false;
  for (size_t i = 0; i < expression.num_branches(); ++i)
    if (!is_small(*expression.condition(i)) || !is_at_hand(*expression.result(i))) return false;
  return true;
}

ColumnPtr choose(const Type& type, std::span<const ColumnPtr> conditions, std::span<const ColumnPtr> results,
                 const Selection& selection) {
  CHECK_EQ(results.size(), conditions.size() + 1);
  std::vector<uint8_t> branches(static_cast<size_t>(selection.num_rows()));
  number_branches(conditions, selection, branches);
  return dispatch_physical(type.physical(),
                           [&]<class T>() { return take_branches<T>(type, branches, results, selection); });
}

}  // namespace tidemill
