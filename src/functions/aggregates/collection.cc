// ARRAY_AGG and COLLECT: the values of a group as an ARRAY, in the order of rows, and as a MULTISET.
#include <map>

#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/column_loops.h"
#include "functions/aggregates/signed_aggregate.h"
#include "functions/bind.h"
#include "functions/encoded_kernel.h"

namespace tidemill {
namespace {

struct CollectionState {
  alignas(8) std::byte slot[AccumulatorTexts::kSlotBytes];
  int64_t entries;  // ARRAY_AGG: elements in the slot
};

// Takes x in a row of one field, whose name is empty as none in SQL is, because NULL counts, too: the bytes of such a
// row are x as an element (data/nested.h). The slot has them one after the other.
class ArrayAgg final : public AggregateFunction {
 public:
  ArrayAgg(const Type& row, const Type& element) : AggregateFunction("ARRAY_AGG", row, Type::array(element)) {}

  AccumulatorLayout layout() const override { return {sizeof(CollectionState), alignof(CollectionState), {0}}; }
  RetractionRule retraction_rule() const override {
    return {RetractionStore::kOrderedSequence, RetractionReplay::kAll};
  }
  bool order_sensitive() const override { return true; }
  void add(AggregateContext& context, Accumulators into, const Column* argument, const Selection& rows) const override {
    // Elements of one accumulator that follow each other are joined before they are stored.
    CollectionState* state = nullptr;
    std::string elements;
    for_each_value<Text>(*argument, rows, [&](int32_t row, const Text& value) {
      CollectionState* const next = &into.at<CollectionState>(row);
      if (next != state) {
        if (state != nullptr) context.texts->assign(state->slot, elements);
        state = next;
        elements = context.texts->load(state->slot);
      }
      elements += value.view();
      ++state->entries;
    });
    if (state != nullptr) context.texts->assign(state->slot, elements);
  }
  void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
             const AccumulatorTexts* from_texts) const override {
    for (int32_t i = 0; i < into.size(); ++i) {
      const CollectionState& other = from.at<CollectionState>(i);
      if (other.entries == 0) continue;
      CollectionState& state = into.at<CollectionState>(i);
      std::string elements(context.texts->load(state.slot));
      elements += from_texts->load(other.slot);
      context.texts->assign(state.slot, elements);
      state.entries += other.entries;
    }
  }
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      const CollectionState& state = from.at<CollectionState>(i);
      if (state.entries == 0) {
        out.append_null();
        continue;
      }
      const auto count = static_cast<uint32_t>(state.entries);
      std::string bytes(reinterpret_cast<const char*>(&count), sizeof(count));
      bytes += context.texts->load(state.slot);
      out.append_text(bytes);
    }
  }
};

// How often each encoded value came; one that was taken back more often than it came, which parallel inputs may do for
// a while, has a negative number. In the order of the bytes, so that the same values give the same bytes.
class Counts {
 public:
  Counts(const Type& multiset, std::string_view bytes) {
    if (bytes.empty()) return;
    const std::vector<std::string_view> parts = nested_parts(multiset, bytes);
    for (size_t i = 0; i < parts.size(); i += 2) counts_[std::string(parts[i])] = encoded_int(parts[i + 1]);
  }
  void add(const std::string& value, int32_t number) {
    const auto entry = counts_.try_emplace(value, 0).first;
    entry->second += number;
    if (entry->second == 0) counts_.erase(entry);
  }
  void add(const Counts& other) {
    for (const auto& [value, number] : other.counts_) add(value, number);
  }
  // Returns the bytes of the MULTISET; with `only_present` without negative numbers.
  std::string bytes(bool only_present) const {
    std::vector<std::string> numbers;
    std::vector<std::string_view> parts;
    numbers.reserve(counts_.size());  // parts are views of them
    for (const auto& [value, number] : counts_) {
      if (only_present && number < 0) continue;
      append_encoded_int(numbers.emplace_back(), number);
      parts.push_back(value);
      parts.push_back(numbers.back());
    }
    std::string encoded;
    append_encoded_collection(encoded, parts, 2);
    return std::string(encoded_text(encoded));
  }

 private:
  std::map<std::string, int32_t> counts_;
};

class Collect final : public SignedAggregate {
 public:
  explicit Collect(const Type& element)
      : SignedAggregate("COLLECT", element, Type::multiset(element.not_null()).not_null()) {}

  AccumulatorLayout layout() const override { return {sizeof(CollectionState), alignof(CollectionState), {0}}; }
  bool retractable() const override { return true; }
  void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
             const AccumulatorTexts* from_texts) const override {
    for (int32_t i = 0; i < into.size(); ++i) {
      CollectionState& state = into.at<CollectionState>(i);
      Counts counts(result_type(), context.texts->load(state.slot));
      counts.add(Counts(result_type(), from_texts->load(from.at<CollectionState>(i).slot)));
      context.texts->assign(state.slot, counts.bytes(false));
    }
  }
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      out.append_text(Counts(result_type(), context.texts->load(from.at<CollectionState>(i).slot)).bytes(true));
    }
  }

 private:
  void change(AggregateContext& context, Accumulators into, const Column& argument, const Selection& rows,
              int32_t sign) const override {
    // Values of one accumulator that follow each other are counted before they are stored.
    CollectionState* state = nullptr;
    Counts counts(result_type(), {});
    std::string value;
    rows.for_each([&](int32_t row) {
      if (argument.is_null(row)) return;
      CollectionState* const next = &into.at<CollectionState>(row);
      if (next != state) {
        if (state != nullptr) context.texts->assign(state->slot, counts.bytes(false));
        state = next;
        counts = Counts(result_type(), context.texts->load(state->slot));
      }
      value.clear();
      append_encoded(value, argument, row);
      counts.add(value, sign);
    });
    if (state != nullptr) context.texts->assign(state->slot, counts.bytes(false));
  }
};

bool is_wrapped(const Type& type) {
  return type.kind == TypeKind::kRow && type.num_parts() == 1 && type.parts->front().name.empty();
}

ExpressionPtr wrapped(const CallSite& site) {
  CallSite as_row = site;
  as_row.name = "ROW";
  const auto wrap = [](EncodedRow& row, std::string& out) { append_encoded_text(out, row.encoded(0)); };
  return make_call(as_row, make_encoded_kernel(wrap, kSeesAllNulls), {site.arguments[0]},
                   Type::row({{"", site.type(0)}}).not_null());
}

AggregateCall bind_array_agg(const CallSite& call) {
  if (call.size() != 1 || call.type(0).kind == TypeKind::kNull) return {};
  // A checkpoint names the argument as the function takes it.
  const ExpressionPtr row = is_wrapped(call.type(0)) ? call.arguments[0] : wrapped(call);
  const Type& element = row->type().part(0);
  require_nested_depth(Type::array(element), call.location);
  return {std::make_shared<ArrayAgg>(row->type(), element), row};
}

}  // namespace

void register_collection_aggregates(FunctionRegistry& registry) {
  registry.aggregate("ARRAY_AGG",
                     {"ARRAY_AGG(value)", "The values, NULL too, as an ARRAY in the order of rows.",
                      "ARRAY_AGG(x) = [4, 1] for x in 4, 1"},
                     bind_array_agg);
  registry.aggregate("COLLECT",
                     {"COLLECT(value)", "The values that are not NULL as a MULTISET, each with how often it came.",
                      "CARDINALITY(COLLECT(x)) = 2 for x in 4, 1, 4"},
                     [](const CallSite& call) -> AggregateCall {
                       if (call.size() != 1 || call.type(0).kind == TypeKind::kNull) return {};
                       require_nested_depth(Type::multiset(call.type(0)), call.location);
                       return {std::make_shared<Collect>(call.type(0)), call.arguments[0]};
                     });
}

}  // namespace tidemill
