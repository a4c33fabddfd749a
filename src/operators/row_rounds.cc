#include "operators/row_rounds.h"

#include <bit>

#include "base/hash.h"

namespace tidemill {

size_t RowRounds::find_slot(std::span<std::byte* const> records, const std::byte* record) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash_integer(reinterpret_cast<uintptr_t>(record)) & mask;
  while (slots_[slot] >= 0 && records[static_cast<size_t>(slots_[slot])] != record) slot = (slot + 1) & mask;
  return slot;
}

void RowRounds::assign(std::span<std::byte* const> records) {
  slots_.assign(std::bit_ceil(records.size() * 2 + 1), -1);
  previous_.resize(records.size());
  round_of_.resize(records.size());
  ends_.clear();
  for (size_t row = 0; row < records.size(); ++row) {
    int32_t& last = slots_[find_slot(records, records[row])];
    previous_[row] = last;
    round_of_[row] = last < 0 ? 0 : round_of_[static_cast<size_t>(last)] + 1;
    last = static_cast<int32_t>(row);
    const auto round = static_cast<size_t>(round_of_[row]);
    if (round == ends_.size()) ends_.push_back(0);
    ++ends_[round];
  }
  // Counting sort by round; ends_ first holds sizes, then beginnings, and in the end the ends.
  size_t begin = 0;
  for (size_t& end : ends_) begin += std::exchange(end, begin);
  rows_.resize(records.size());
  for (size_t row = 0; row < records.size(); ++row)
    rows_[ends_[static_cast<size_t>(round_of_[row])]++] = static_cast<int32_t>(row);
}

std::span<const int32_t> RowRounds::rows(int32_t round) const {
  const size_t begin = round == 0 ? 0 : ends_[static_cast<size_t>(round) - 1];
  return std::span(rows_).subspan(begin, ends_[static_cast<size_t>(round)] - begin);
}

}  // namespace tidemill
