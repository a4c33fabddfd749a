// operators/row_rounds.h - splits the rows of a batch so that no key comes twice in a part. Rule: round r holds the
// r-th row of each key, so that taking the rounds in order takes each key's rows in order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tidemill {

class RowRounds {
 public:
  // Takes the record of each row; equal addresses are the same key.
  void assign(std::span<std::byte* const> records);

  int32_t num_rounds() const { return static_cast<int32_t>(ends_.size()); }
  // Returns the rows of a round, ascending.
  std::span<const int32_t> rows(int32_t round) const;
  // Returns the row before `row` of the same key, -1: it is the first.
  int32_t previous(int32_t row) const { return previous_[static_cast<size_t>(row)]; }

 private:
  // Returns the slot of the record, that of its last row so far or an empty one.
  size_t find_slot(std::span<std::byte* const> records, const std::byte* record) const;

  std::vector<int32_t> slots_;  // open addressing: the last row of the record that hashes here, -1: empty
  std::vector<int32_t> previous_;
  std::vector<int32_t> round_of_;
  std::vector<int32_t> rows_;  // by round
  std::vector<size_t> ends_;   // of the rounds in rows_
};

}  // namespace tidemill
