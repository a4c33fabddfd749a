#include "operators/match_aggregates.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "operators/row_evaluation.h"

namespace tidemill {
namespace {

constexpr size_t kAlignment = 16;

// A copy of an accumulator where it is aligned as its function needs it.
class Aligned {
 public:
  Aligned(const char* bytes, size_t size) : words_(size / sizeof(int128) + 1), size_(size) {
    std::memcpy(words_.data(), bytes, size);
  }
  std::byte* data() { return reinterpret_cast<std::byte*>(words_.data()); }
  void store(char* bytes) const { std::memcpy(bytes, words_.data(), size_); }

 private:
  std::vector<int128> words_;
  size_t size_;
};

size_t accumulator_size(const PatternReference& reference) {
  return static_cast<size_t>(reference.aggregate->function->layout().size);
}

}  // namespace

MatchAggregates::MatchAggregates(const std::vector<PatternReference>& references) : references_(references) {
  std::string texts;
  for (const PatternReference& reference : references) {
    places_.emplace_back();
    if (!reference.aggregate) continue;
    const AggregateSpec& aggregate = *reference.aggregate;
    if (!aggregate.function->layout().text_slots.empty()) continue;
    if (aggregate.argument != nullptr && aggregate.argument->can_fail()) continue;
    places_.back() = size_;
    size_ += (accumulator_size(reference) + kAlignment - 1) / kAlignment * kAlignment;
    texts += aggregate.text;
    for (const int32_t variable : reference.variables) texts += fmt::format(" {}", variable);
    texts += ';';
  }
  if (size_ == 0) return;
  const uint64_t hash = hash_bytes(texts.data(), texts.size());
  mark_.assign(reinterpret_cast<const char*>(&hash), sizeof(hash));
  size_ += mark_.size();
}

void MatchAggregates::begin(const Batch& batch, OperatorContext& context) {
  if (size_ == 0) return;
  arguments_.assign(references_.size(), nullptr);
  records_.assign(static_cast<size_t>(batch.num_rows()), nullptr);
  for (size_t i = 0; i < references_.size(); ++i) {
    if (!holds(i) || references_[i].aggregate->argument == nullptr) continue;
    arguments_[i] = evaluate_rows(*references_[i].aggregate->argument, batch, Selection::all(batch.num_rows()),
                                  context.evaluation(), context.metrics());
  }
}

void MatchAggregates::add(int32_t batch_row, int32_t variable, PartialMatch& match) {
  if (size_ == 0) return;
  if (match.accumulators.empty()) {
    if (match.rows > 1) return;  // of another version of the query: added up anew
    match.accumulators.assign(size_ - mark_.size(), '\0');
    match.accumulators += mark_;
  }
  const int32_t rows[] = {batch_row};
  const Selection one = Selection::of(rows, static_cast<int32_t>(records_.size()));
  for (size_t i = 0; i < references_.size(); ++i) {
    const PatternReference& reference = references_[i];
    const bool counts =
        reference.variables.empty() || std::ranges::find(reference.variables, variable) != reference.variables.end();
    if (!holds(i) || !counts) continue;
    char* const bytes = match.accumulators.data() + *places_[i];
    Aligned accumulator(bytes, accumulator_size(reference));
    records_[static_cast<size_t>(batch_row)] = accumulator.data();
    AggregateContext call;
    reference.aggregate->function->add(call, {records_, 0}, arguments_[i].get(), one);
    accumulator.store(bytes);
  }
}

void MatchAggregates::append_result(size_t reference, const PartialMatch& match, ColumnBuilder& results) const {
  Aligned accumulator(match.accumulators.data() + *places_[reference], accumulator_size(references_[reference]));
  const std::byte* const one[] = {accumulator.data()};
  AggregateContext call;
  references_[reference].aggregate->function->result(call, {one, 0}, results);
}

}  // namespace tidemill
