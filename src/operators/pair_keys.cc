#include "operators/pair_keys.h"

#include <bit>

namespace tidemill {
namespace {

constexpr size_t kRecentMin = 64;

KeyLayoutPtr pair_layout(std::vector<Type> types, const Type& value_type) {
  types.push_back(value_type);
  return make_key_layout(std::move(types));
}

}  // namespace

PairKeys::PairKeys(std::vector<Type> key_types, const Type& value_type)
    : keys_(pair_layout(std::move(key_types), value_type)) {}

void PairKeys::assign(std::span<const ColumnPtr> key_columns, const ColumnPtr& value, int32_t num_rows) {
  std::vector<ColumnPtr> columns(key_columns.begin(), key_columns.end());
  columns.push_back(value);
  keys_.assign(columns, num_rows);
  // One place a hash, without a search for another: a pair that is pushed out and comes again is looked up again.
  recent_.assign(std::bit_ceil(std::max(static_cast<size_t>(num_rows) * 2, kRecentMin)), -1);
  first_.resize(static_cast<size_t>(num_rows));
  const uint64_t mask = recent_.size() - 1;
  for (int32_t row = 0; row < num_rows; ++row) {
    int32_t& recent = recent_[keys_.hashes()[static_cast<size_t>(row)] & mask];
    if (recent < 0 || !equal_keys(keys_.layout(), keys_[recent], keys_[row])) recent = row;
    first_[static_cast<size_t>(row)] = recent;
  }
}

}  // namespace tidemill
