#include "state/companion_set.h"

#include "base/check.h"
#include "state/distinct_counts.h"
#include "state/ordered_sequence.h"
#include "state/ordered_values.h"

namespace tidemill {

CompanionSet::CompanionSet(PageTable& pages, const TableDescriptor& owner) {
  for (const CompanionDescriptor& descriptor : owner.companions) {
    Companion& companion = companions_.emplace_back();
    switch (descriptor.kind) {
      case CompanionKind::kDistinctCounts:
        companion.distinct_counts = std::make_unique<DistinctCounts>(pages, owner, descriptor);
        break;
      case CompanionKind::kOrderedValues:
        companion.ordered_values = std::make_unique<OrderedValues>(pages, owner, descriptor);
        break;
      case CompanionKind::kOrderedSequence:
        companion.ordered_sequence = std::make_unique<OrderedSequence>(pages, owner, descriptor);
        break;
    }
  }
}

CompanionSet::~CompanionSet() = default;

DistinctCounts& CompanionSet::distinct_counts(int32_t companion) const {
  DistinctCounts* const found = companions_.at(static_cast<size_t>(companion)).distinct_counts.get();
  CHECK_MSG(found != nullptr, "companion {} is of another kind", companion);
  return *found;
}

OrderedValues& CompanionSet::ordered_values(int32_t companion) const {
  OrderedValues* const found = companions_.at(static_cast<size_t>(companion)).ordered_values.get();
  CHECK_MSG(found != nullptr, "companion {} is of another kind", companion);
  return *found;
}

OrderedSequence& CompanionSet::ordered_sequence(int32_t companion) const {
  OrderedSequence* const found = companions_.at(static_cast<size_t>(companion)).ordered_sequence.get();
  CHECK_MSG(found != nullptr, "companion {} is of another kind", companion);
  return *found;
}

void CompanionSet::merge_from(const CompanionSet& other) {
  CHECK_EQ(companions_.size(), other.companions_.size());
  for (size_t i = 0; i < companions_.size(); ++i) {
    const Companion& from = other.companions_[i];
    if (from.distinct_counts) distinct_counts(static_cast<int32_t>(i)).merge_from(*from.distinct_counts);
    if (from.ordered_values) ordered_values(static_cast<int32_t>(i)).merge_from(*from.ordered_values);
    if (from.ordered_sequence) ordered_sequence(static_cast<int32_t>(i)).merge_from(*from.ordered_sequence);
  }
}

void CompanionSet::clear() {
  for (Companion& companion : companions_) {
    if (companion.distinct_counts) companion.distinct_counts->table().clear();
    if (companion.ordered_values) companion.ordered_values->table().clear();
    if (companion.ordered_sequence) companion.ordered_sequence->table().clear();
  }
}

void CompanionSet::maintain() {
  for (Companion& companion : companions_) {
    if (companion.distinct_counts) companion.distinct_counts->table().maintain();
    if (companion.ordered_values) companion.ordered_values->table().maintain();
    if (companion.ordered_sequence) companion.ordered_sequence->table().maintain();
  }
}

size_t CompanionSet::index_bytes() const {
  size_t bytes = 0;
  for (const Companion& companion : companions_) {
    if (companion.distinct_counts) bytes += companion.distinct_counts->table().index_bytes();
    if (companion.ordered_values) bytes += companion.ordered_values->table().index_bytes();
    if (companion.ordered_sequence) bytes += companion.ordered_sequence->table().index_bytes();
  }
  return bytes;
}

}  // namespace tidemill
