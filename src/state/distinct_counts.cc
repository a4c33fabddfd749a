#include "state/distinct_counts.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {
namespace {

std::shared_ptr<const TableDescriptor> pair_descriptor(const TableDescriptor& owner,
                                                       const CompanionDescriptor& companion) {
  TableDescriptor pairs;
  pairs.name = companion.name;
  pairs.key_types = owner.key_types;
  pairs.partition_columns =
      owner.partition_columns < 0 ? static_cast<int32_t>(owner.key_types.size()) : owner.partition_columns;
  pairs.key_types.insert(pairs.key_types.end(), companion.value_types.begin(), companion.value_types.end());
  for (int32_t i = 0; i < companion.counts; ++i)
    pairs.fields.push_back(RecordField::int64(i == 0 ? "count" : fmt::format("count{}", i)));
  return std::make_shared<const TableDescriptor>(std::move(pairs));
}

}  // namespace

DistinctCounts::DistinctCounts(PageTable& pages, const TableDescriptor& owner, const CompanionDescriptor& companion)
    : counts_(companion.counts), table_(pages, pair_descriptor(owner, companion)) {
  for (int32_t i = 1; i < counts_; ++i)  // they are read as an array
    CHECK(table_.layout().offset(i) == table_.layout().offset(i - 1) + sizeof(int64_t));
}

void DistinctCounts::add(const KeyBatch& pairs, std::span<const int64_t> deltas, std::span<int8_t> transitions) {
  rows_.resize(static_cast<size_t>(pairs.num_rows()));
  for (size_t i = 0; i < rows_.size(); ++i) rows_[i] = static_cast<int32_t>(i);
  add(pairs, rows_, deltas, transitions);
}

void DistinctCounts::add(const KeyBatch& pairs, std::span<const int32_t> rows, std::span<const int64_t> deltas,
                         std::span<int8_t> transitions) {
  const auto width = static_cast<size_t>(counts_);
  CHECK(deltas.size() == rows.size() * width && transitions.size() == deltas.size());
  records_.resize(rows.size());
  created_.resize(rows.size());
  table_.upsert(pairs, rows, records_, created_);
  const uint32_t offset = table_.layout().offset(0);
  gone_.clear();
  for (size_t i = 0; i < rows.size(); ++i) {
    auto* const counts = reinterpret_cast<int64_t*>(records_[i] + offset);
    bool gone = true;
    for (size_t k = 0; k < width; ++k) {
      const bool before = counts[k] > 0;
      counts[k] += deltas[i * width + k];
      transitions[i * width + k] = static_cast<int8_t>((counts[k] > 0 ? 1 : 0) - (before ? 1 : 0));
      gone &= counts[k] == 0;
    }
    if (gone) gone_.push_back(static_cast<int32_t>(i));
  }
  // A pair may be back at 0 in several rows, or have left 0 again later in the batch.
  for (int32_t i : gone_) {
    const KeyRef pair = pairs[rows[static_cast<size_t>(i)]];
    const std::byte* const record = table_.find(pair);
    if (record == nullptr) continue;
    const auto* const counts = reinterpret_cast<const int64_t*>(record + offset);
    if (std::all_of(counts, counts + width, [](int64_t count) { return count == 0; })) table_.erase(pair);
  }
}

void DistinctCounts::scan(
    const std::function<void(const KeyBatch& pairs, std::span<const int64_t> counts)>& visit) const {
  KeyBatch pairs(pair_layout());
  std::vector<int64_t> counts;
  const uint32_t offset = table_.layout().offset(0);
  table_.scan([&](std::span<const std::byte* const> records) {
    pairs.clear();
    counts.clear();
    table_.read_keys(records, pairs);
    for (const std::byte* record : records) {
      const auto* const first = reinterpret_cast<const int64_t*>(record + offset);
      counts.insert(counts.end(), first, first + counts_);
    }
    visit(pairs, counts);
  });
}

void DistinctCounts::merge_from(const DistinctCounts& other) {
  std::vector<int8_t> transitions;
  other.scan([&](const KeyBatch& pairs, std::span<const int64_t> counts) {
    transitions.resize(counts.size());
    add(pairs, counts, transitions);
  });
}

void owner_keys(const KeyBatch& pairs, KeyBatch& keys) {
  std::string canonical, owner;
  for (int32_t row = 0; row < pairs.num_rows(); ++row) {
    canonical.clear();
    pairs.append_canonical(row, canonical);
    owner.clear();
    append_key_prefix(pairs.layout(), canonical, keys.layout().num_columns(), owner);
    keys.append(KeyView(owner));
  }
}

}  // namespace tidemill
