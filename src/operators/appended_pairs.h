// operators/appended_pairs.h - pairs of the rows of a batch with the rows of the other side that have their keys, where
// both sides only grow. Rule: a piece at a time, in the order of the rows and then of the other side's arrival; between
// two pieces no address of state is held.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operators/appended_side.h"

namespace tidemill {

class AppendedPairs {
 public:
  // `own` has taken `input`, which came in at `port`. Both sides are borrowed until the last piece.
  void begin(Batch input, int32_t port, const AppendedSide& own, const AppendedSide& other);
  // True where all pairs have been given.
  bool done() const { return own_ == nullptr || next_ == own_->fitting().size(); }
  // Gives up the batch.
  void end();

  // Reads the next pairs, at most `pairs_max`; there may be none.
  void read(int32_t pairs_max);
  // Returns the rows that pairs were read of, ascending; where !last_complete() the last one has more.
  std::span<const int32_t> rows() const;
  bool last_complete() const { return place_.chunk == 0; }
  int32_t size() const { return static_cast<int32_t>(pairs_.input_rows.size()); }
  int32_t input_row(int32_t pair) const { return pairs_.input_rows[static_cast<size_t>(pair)]; }
  // Returns where the record of the other side's row lies.
  StateAddress record(int32_t pair) const {
    return records_[static_cast<size_t>(pairs_.stored[static_cast<size_t>(pair)])];
  }
  // Leaves only these pairs, ascending.
  void keep(std::span<const int32_t> pairs);

  // Makes the columns of the pairs, left ones first, where wanted[column] is not 0, and leaves the others as they are.
  // What was made in an earlier call, and of all pairs that are left, is there already.
  void make_columns(std::span<const uint8_t> wanted, std::vector<ColumnPtr>& columns);
  // The same of rows that are one row of the input, the other side's row of a pair, or both: input_rows[i] and
  // pairs[i], of which -1 gives NULLs.
  void make_columns(std::span<const int32_t> input_rows, std::span<const int32_t> pairs,
                    std::span<const uint8_t> wanted, std::vector<ColumnPtr>& columns);

 private:
  // A list that was read whole in this piece: a key that comes again has its rows already.
  struct Recent {
    StateAddress list = 0;
    int32_t first = 0;  // of stored_rows_
    int32_t count = 0;
  };

  // What columns are made of.
  struct Places {
    std::vector<int32_t> input_rows;
    std::vector<int32_t> stored;    // of stored_rows_
    std::vector<int32_t> key_rows;  // of the input, that have the keys of the stored rows; empty: input_rows
    void clear();
  };

  // Adds pairs of a row with a list; returns whether that was all of them.
  bool read_list(int32_t row, const ListRoot& list);
  bool repeat(int32_t row, const Recent& recent);
  void add(int32_t row, int32_t stored);
  Recent& recent_of(const ListRoot& list);
  void read_stored(std::span<const uint8_t> wanted, size_t first);
  void make_columns(const Places& places, bool each_once, std::span<const uint8_t> wanted,
                    std::vector<ColumnPtr>& columns);
  bool takes_all_input(std::span<const int32_t> rows) const;

  Batch input_;
  int32_t port_ = 0;
  const AppendedSide* own_ = nullptr;
  const AppendedSide* other_ = nullptr;
  size_t first_ = 0;  // of own_->fitting(): the row that the piece began with
  size_t next_ = 0;   // and the one to go on with
  ListPlace place_;   // and the row of its list

  // Of the piece at hand: pairs, and the rows of the other side that they are with, each once.
  Places pairs_;
  int32_t pairs_max_ = 0;
  std::vector<std::string_view> stored_rows_;
  std::vector<StateAddress> records_;  // of these
  std::deque<std::string> long_rows_;
  std::vector<ColumnPtr> stored_columns_;
  bool each_once_ = true;  // pair i is with stored row i
  std::array<Recent, 256> recent_;
  std::vector<ListRoot> lists_;
  Places outcome_;
};

}  // namespace tidemill
