// BITMAP_BUILD_AGG, BITMAP_AND_AGG, BITMAP_OR_AGG, BITMAP_XOR_AGG, and the same for who wants the cardinality only.
#include <unordered_map>

#include "data/bitmap.h"
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/column_loops.h"
#include "functions/aggregates/signed_aggregate.h"
#include "functions/bind.h"

namespace tidemill {
namespace {

enum class Combination : uint8_t { kBuild, kAnd, kOr, kXor };

struct BitmapState {
  alignas(8) std::byte slot[AccumulatorTexts::kSlotBytes];
  int64_t values;  // that count; 0: no value, and nothing in the slot
};

// The sets of the accumulators that one call changes: each is read and written once, however its rows are spread.
class OpenBitmaps {
 public:
  explicit OpenBitmaps(AccumulatorTexts& texts) : texts_(texts) {}

  Bitmap& of(BitmapState& state) {
    const auto [place, is_new] = places_.try_emplace(&state, states_.size());
    if (is_new) {
      states_.push_back(&state);
      const std::string_view bytes = texts_.load(state.slot);
      bytes.empty() ? bitmaps_.emplace_back() : bitmaps_.emplace_back(bytes);
    }
    return bitmaps_[place->second];
  }
  void store() {
    for (size_t i = 0; i < states_.size(); ++i) texts_.assign(states_[i]->slot, bitmaps_[i].bytes());
  }

 private:
  AccumulatorTexts& texts_;
  std::unordered_map<BitmapState*, size_t> places_;
  std::vector<BitmapState*> states_;
  std::vector<Bitmap> bitmaps_;
};

class BitmapAggregate final : public SignedAggregate {
 public:
  BitmapAggregate(std::string name, Combination combination, bool cardinality)
      : SignedAggregate(std::move(name), combination == Combination::kBuild ? Type::integer() : Type::bitmap(),
                        cardinality ? Type::big_int() : Type::bitmap()),
        combination_(combination),
        cardinality_(cardinality) {}

  AccumulatorLayout layout() const override { return {sizeof(BitmapState), alignof(BitmapState), {0}}; }
  bool retractable() const override { return combination_ == Combination::kBuild || combination_ == Combination::kXor; }
  // A number leaves with its last row. What AND and OR were before a set came cannot be told from what they are now.
  RetractionRule retraction_rule() const override {
    if (combination_ == Combination::kXor) return {};
    if (combination_ == Combination::kBuild) return {RetractionStore::kValueCounts, RetractionReplay::kNone};
    return {RetractionStore::kOrderedValues, RetractionReplay::kAll};
  }
  bool ignores_distinct() const override { return combination_ != Combination::kXor; }
  void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
             const AccumulatorTexts* from_texts) const override {
    OpenBitmaps open(*context.texts);
    for (int32_t i = 0; i < into.size(); ++i) {
      const BitmapState& other = from.at<BitmapState>(i);
      if (other.values == 0) continue;
      BitmapState& state = into.at<BitmapState>(i);
      combine(open.of(state), Bitmap(from_texts->load(other.slot)), state.values == 0);
      state.values += other.values;
    }
    open.store();
  }
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      const BitmapState& state = from.at<BitmapState>(i);
      if (state.values == 0) {
        out.append_null();
      } else if (cardinality_) {
        out.append(Bitmap(context.texts->load(state.slot)).cardinality());
      } else {
        out.append_text(context.texts->load(state.slot));
      }
    }
  }

 private:
  void change(AggregateContext& context, Accumulators into, const Column& argument, const Selection& rows,
              int32_t sign) const override {
    OpenBitmaps open(*context.texts);
    if (combination_ == Combination::kBuild) {
      for_each_value<int32_t>(argument, rows, [&](int32_t row, int32_t number) {
        BitmapState& state = into.at<BitmapState>(row);
        sign > 0 ? open.of(state).add(number) : open.of(state).remove(number);
        state.values += sign;
      });
    } else {
      for_each_value<Text>(argument, rows, [&](int32_t row, const Text& bytes) {
        BitmapState& state = into.at<BitmapState>(row);
        combine(open.of(state), Bitmap(bytes.view()), state.values == 0);
        state.values += sign;
      });
    }
    open.store();
  }
  void combine(Bitmap& bitmap, Bitmap other, bool is_first) const {
    if (combination_ == Combination::kXor) return bitmap.exclusive_or(other);
    if (combination_ != Combination::kAnd) return bitmap.unite(other);
    is_first ? void(bitmap = std::move(other)) : bitmap.intersect(other);
  }

  Combination combination_;
  bool cardinality_;
};

void add_aggregate(FunctionRegistry& registry, std::string_view name, const FunctionDoc& doc, Combination combination,
                   bool cardinality) {
  registry.aggregate(name, doc, [combination, cardinality](const CallSite& call) -> AggregateCall {
    if (call.size() != 1) return {};
    const Type& type = call.type(0);
    const bool builds = combination == Combination::kBuild;
    const bool is_number = type.is_integer() && type.kind != TypeKind::kBigInt;
    if (builds ? !is_number : type.kind != TypeKind::kBitmap) return {};
    auto function = std::make_shared<BitmapAggregate>(std::string(call.name), combination, cardinality);
    return {std::move(function), builds ? coerce(call.arguments[0], Type::integer()) : call.arguments[0]};
  });
}

}  // namespace

void register_bitmap_aggregates(FunctionRegistry& registry) {
  add_aggregate(
      registry, "BITMAP_BUILD_AGG",
      {"BITMAP_BUILD_AGG(value)", "The values, INTs, as a BITMAP.", "BITMAP_BUILD_AGG(x) = {1,4} for x in 4, 1, 4"},
      Combination::kBuild, false);
  add_aggregate(registry, "BITMAP_BUILD_CARDINALITY_AGG",
                {"BITMAP_BUILD_CARDINALITY_AGG(value)", "How many different INTs there are.",
                 "BITMAP_BUILD_CARDINALITY_AGG(x) = 2 for x in 4, 1, 4"},
                Combination::kBuild, true);
  add_aggregate(registry, "BITMAP_AND_AGG",
                {"BITMAP_AND_AGG(bitmap)", "The numbers that all BITMAPs have.",
                 "BITMAP_AND_AGG(BITMAP_BUILD(ARRAY[x, 7])) = {7} for x in 4, 1"},
                Combination::kAnd, false);
  add_aggregate(registry, "BITMAP_AND_CARDINALITY_AGG",
                {"BITMAP_AND_CARDINALITY_AGG(bitmap)", "How many numbers all BITMAPs have.",
                 "BITMAP_AND_CARDINALITY_AGG(BITMAP_BUILD(ARRAY[x, 7])) = 1 for x in 4, 1"},
                Combination::kAnd, true);
  add_aggregate(registry, "BITMAP_OR_AGG",
                {"BITMAP_OR_AGG(bitmap)", "The numbers that any of the BITMAPs has.",
                 "BITMAP_OR_AGG(BITMAP_BUILD(ARRAY[x, 7])) = {1,4,7} for x in 4, 1"},
                Combination::kOr, false);
  add_aggregate(registry, "BITMAP_OR_CARDINALITY_AGG",
                {"BITMAP_OR_CARDINALITY_AGG(bitmap)", "How many numbers the BITMAPs have together.",
                 "BITMAP_OR_CARDINALITY_AGG(BITMAP_BUILD(ARRAY[x, 7])) = 3 for x in 4, 1"},
                Combination::kOr, true);
  add_aggregate(registry, "BITMAP_XOR_AGG",
                {"BITMAP_XOR_AGG(bitmap)", "The numbers that an odd number of BITMAPs has.",
                 "BITMAP_XOR_AGG(BITMAP_BUILD(ARRAY[x, 7])) = {1,4} for x in 4, 1"},
                Combination::kXor, false);
  add_aggregate(registry, "BITMAP_XOR_CARDINALITY_AGG",
                {"BITMAP_XOR_CARDINALITY_AGG(bitmap)", "How many numbers an odd number of BITMAPs has.",
                 "BITMAP_XOR_CARDINALITY_AGG(BITMAP_BUILD(ARRAY[x, 7])) = 2 for x in 4, 1"},
                Combination::kXor, true);
}

}  // namespace tidemill
