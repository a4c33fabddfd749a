#include "operators/distinct_pairs.h"

namespace tidemill {
namespace {

constexpr int32_t kNobody = -1;
constexpr int32_t kSomebody = -2;  // until it has a number

}  // namespace

SignedRows changed_rows(std::span<const int32_t> rows, std::span<const int8_t> transitions, size_t width,
                        size_t index) {
  SignedRows changed;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int8_t transition = transitions[i * width + index];
    if (transition != 0) changed.add(rows[i], transition);
  }
  return changed;
}

size_t DistinctPairs::join() {
  aggregates_.emplace_back();
  return aggregates_.size() - 1;
}

void DistinctPairs::number_entries() {
  entry_of_.assign(static_cast<size_t>(pairs_.keys().num_rows()), kNobody);
  for (const SignedRows& rows : aggregates_)
    for (const int32_t row : rows.rows) entry_of_[static_cast<size_t>(row)] = kSomebody;
  entries_.clear();
  first_entries_.assign(entry_of_.size(), kNobody);
  for (int32_t row = 0; row < pairs_.keys().num_rows(); ++row) {
    int32_t& entry = entry_of_[static_cast<size_t>(row)];
    if (entry == kNobody) continue;
    int32_t& of_pair = first_entries_[static_cast<size_t>(folds_ ? pairs_.first(row) : row)];
    if (of_pair == kNobody) {
      of_pair = static_cast<int32_t>(entries_.size());
      entries_.push_back(row);
    }
    entry = of_pair;
  }
}

void DistinctPairs::count(DistinctCounts& counts) {
  number_entries();
  const size_t width = aggregates_.size();
  deltas_.assign(entries_.size() * width, 0);
  for (size_t a = 0; a < width; ++a)
    for (size_t i = 0; i < aggregates_[a].rows.size(); ++i) {
      const int32_t entry = entry_of_[static_cast<size_t>(aggregates_[a].rows[i])];
      deltas_[static_cast<size_t>(entry) * width + a] += aggregates_[a].signs[i];
    }
  transitions_.resize(deltas_.size());
  counts.add(pairs_.keys(), entries_, deltas_, transitions_);
  for (size_t a = 0; a < width; ++a) aggregates_[a] = changed_rows(entries_, transitions_, width, a);
}

}  // namespace tidemill
