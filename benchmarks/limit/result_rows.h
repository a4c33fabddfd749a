// benchmarks/limit/result_rows.h - the rows that a loop by hand gives, a block of columns at a time. Rule: a loop
// writes every value of its result into memory, as the engine does; who takes them may look at them or not.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <variant>
#include <vector>

#include "base/int128.h"
#include "data/batch.h"
#include "data/text.h"

namespace tidemill::bench {

constexpr size_t kBlockRows = 1024;  // as the engine's batches

using ResultColumn = std::variant<const int64_t*, const int128*, const Text*>;

class ResultTaker {
 public:
  virtual ~ResultTaker() = default;
  // Takes a block; `kinds` is empty where all rows are inserts. Valid during the call.
  virtual void take(std::span<const ResultColumn> columns, size_t num_rows, std::span<const RowKind> kinds) = 0;
};

// Looks at nothing.
class ResultDropper final : public ResultTaker {
 public:
  void take(std::span<const ResultColumn> columns, size_t num_rows, std::span<const RowKind> kinds) override;
  int64_t rows() const { return rows_; }

 private:
  int64_t rows_ = 0;
};

// What a result is compared by: its changes folded, whatever their order.
class ResultChecksum final : public ResultTaker {
 public:
  void take(std::span<const ResultColumn> columns, size_t num_rows, std::span<const RowKind> kinds) override;
  // Takes rows of the engine. Requires: columns of 64 and 128 bits, and texts, without NULLs.
  void take(const Batch& batch);
  // Rows that are there in the end: those that came, less those that went.
  int64_t rows() const { return rows_; }
  uint64_t sum() const { return sum_; }
  bool operator==(const ResultChecksum& other) const { return rows_ == other.rows_ && sum_ == other.sum_; }

 private:
  int64_t rows_ = 0;
  uint64_t sum_ = 0;  // of the rows' hashes, modulo 2^64
};

// One block that rows are put into; full ones, and the last one at finish(), go to the taker.
template <class... T>
class ResultBlock {
 public:
  explicit ResultBlock(ResultTaker& taker) : taker_(taker) {}
  void append(const T&... values) {
    put(std::index_sequence_for<T...>(), values...);
    if (++num_rows_ == kBlockRows) finish();
  }
  void append(RowKind kind, const T&... values) {
    kinds_[num_rows_] = kind;
    changes_ = true;
    append(values...);
  }
  // For loops over columns: values of column i, of which `rows` have then been written.
  template <size_t i>
  auto* column() {
    return std::get<i>(columns_).data();
  }
  void take_rows(size_t rows) {
    num_rows_ = rows;
    finish();
  }
  void finish() {
    if (num_rows_ > 0) give(std::index_sequence_for<T...>());
    num_rows_ = 0;
  }

 private:
  template <size_t... i>
  void put(std::index_sequence<i...>, const T&... values) {
    ((std::get<i>(columns_)[num_rows_] = values), ...);
  }
  template <size_t... i>
  void give(std::index_sequence<i...>) {
    const ResultColumn columns[] = {ResultColumn(std::get<i>(columns_).data())...};
    taker_.take(columns, num_rows_, std::span<const RowKind>(kinds_.data(), changes_ ? num_rows_ : 0));
  }

  ResultTaker& taker_;
  size_t num_rows_ = 0;
  bool changes_ = false;
  std::tuple<std::array<T, kBlockRows>...> columns_;
  std::array<RowKind, kBlockRows> kinds_;
};

}  // namespace tidemill::bench
