// operators/join_pairs.h - pairs of the rows of a batch with the rows of the other side that they fit. Rule: a piece at
// a time, in the order of the rows and then of the other side's; between two pieces no address of state is held.
#pragma once
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operators/join_side.h"
#include "operators/joined_rows.h"
#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

class JoinPairs {
 public:
  // The pairs of one row among those at hand; of a row with many, one piece.
  struct Row {
    int32_t row = 0;
    int32_t begin = 0;  // of pairs()
    int32_t end = 0;
    bool complete = true;      // the row has no more
    std::byte* own = nullptr;  // its record; null: it has none
  };
  // A row of the other side, and how many of its copies (it came several times) this pair is for.
  struct Pair {
    std::byte* record = nullptr;
    int64_t copies = 1;
    bool last = true;  // of its copies
    bool fits = true;  // the residual is TRUE
  };

  // Says what becomes of a row before its pairs are read: whether it is looked at at all, and its record. `again`: its
  // earlier pieces are done.
  using TakeRow = std::function<bool(Row& row, bool again)>;
  // Returns which rows of the other side may fit the row; the keys and the residual decide then.
  using RangeOf = std::function<SubKeyRange(int32_t row)>;

  // Borrowed.
  explicit JoinPairs(const JoinSpec& spec) : spec_(spec) {}

  // `times`: of the rows, where the sides are kept by time.
  void begin(Batch input, int32_t port, JoinSide& own, JoinSide& other, std::span<const EpochMillis> times = {});
  // Reads the next pairs. Rows whose keys fit nothing have none.
  void gather(const TakeRow& take, const RangeOf& range, OperatorContext& context);
  // True where all rows have been given.
  bool done() const { return position_.row >= input_.num_rows(); }
  // Ends the piece; once all is done the batch is given up.
  void release(StateStore& state);

  const Batch& input() const { return input_; }
  int32_t port() const { return port_; }
  std::span<const Row> rows() const { return rows_; }
  std::span<const Pair> pairs_of(const Row& row) const {
    return std::span(pairs_).subspan(static_cast<size_t>(row.begin), static_cast<size_t>(row.end - row.begin));
  }
  void emit(JoinedRows& joined, Output& output);

 private:
  // Where the walk over the rows that fit goes on.
  struct Position {
    int32_t row = 0;
    bool begun = false;
    std::string other = {};   // first row of the other side to look at
    int64_t copies_done = 0;  // of that one
  };

  // Reads pairs of the row until there are enough; returns whether it has no more.
  bool read_pairs(int32_t row, SubKeyRange range);
  bool read_pair(int32_t row, const SubKey& sub_key, std::byte* record);
  void apply_residual(OperatorContext& context);

  const JoinSpec& spec_;
  Batch input_;
  int32_t port_ = 0;
  JoinSide* own_ = nullptr;
  JoinSide* other_ = nullptr;
  Position position_;
  EpochMillis now_ = 0;  // processing time

  // Of the piece at hand.
  std::vector<Row> rows_;
  std::vector<Pair> pairs_;
  PairedRows paired_;
  std::vector<std::string_view> stored_rows_;  // bytes of the other side's row of each pair
  std::deque<std::string> long_rows_;          // those that lie in no page
};

}  // namespace tidemill
