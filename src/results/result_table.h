// results/result_table.h - folds a changelog into the table it describes. Rule: what is left is what an observer who
// applied every change would see; a retraction of a row that is not there is the sender's bug and is reported.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/batch.h"

namespace tidemill {

// The cells of a row as text; nullopt is NULL.
using ResultRow = std::vector<std::optional<std::string>>;

struct ResultChange {
  RowKind kind = RowKind::kInsert;
  ResultRow row;
  bool operator==(const ResultChange&) const = default;
};

// Rows keep the place in which they first came; an update takes the place of the row that it replaces.
class ResultTable {
 public:
  // With `key` columns a change replaces the row of its key (an upsert stream; -U is then ignored, -D needs the key
  // only); without, the whole row is the identity and equal rows may stand several times.
  explicit ResultTable(std::vector<int32_t> key = {}) : key_(std::move(key)) {}

  // Throws EngineError when a retracted row is not there.
  void apply(const ResultChange& change);
  // Returns the rows, in place order.
  std::vector<ResultRow> rows() const;
  int64_t num_rows() const { return live_; }
  // Bytes of the rows held, roughly: their cells and what finds them.
  size_t memory_bytes() const { return held_bytes_; }

 private:
  void insert(const ResultRow& row, bool reuse_place);
  void remove(const ResultRow& row);
  std::string identity(const ResultRow& row) const;

  std::vector<int32_t> key_;
  std::vector<std::optional<ResultRow>> places_;
  std::unordered_map<std::string, std::vector<size_t>> places_of_;  // identity to places, oldest first
  std::optional<size_t> vacated_;                                   // the place that the last -U left
  int64_t live_ = 0;
  size_t held_bytes_ = 0;
};

// Returns cells joined without ambiguity: equal texts mean equal rows.
std::string row_identity(const ResultRow& row);

}  // namespace tidemill
