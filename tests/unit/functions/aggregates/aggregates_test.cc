// Every aggregate on small columns: add, retract, merge, result. Types and values as Flink 2.3 gives them.
#include "functions/aggregates/aggregates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "data/dispatch.h"
#include "functions/aggregates/wide_sum.h"

namespace tidemill {
namespace {

// Texts kept in a map beside the slots: enough to see that every slot is freed.
class MapTexts final : public AccumulatorTexts {
 public:
  void assign(std::byte* slot, std::string_view text) override {
    if (text.empty()) {
      texts_.erase(slot);
    } else {
      texts_[slot] = text;
    }
  }
  std::string_view load(const std::byte* slot) const override {
    const auto found = texts_.find(slot);
    return found == texts_.end() ? std::string_view() : std::string_view(found->second);
  }
  size_t size() const { return texts_.size(); }

 private:
  std::map<const std::byte*, std::string> texts_;
};

class Fold {
 public:
  Fold(const char* name, const Type& type, std::vector<Value> more_arguments = {}) {
    FunctionRegistry registry;
    register_aggregate_functions(registry);
    std::vector<ExpressionPtr> arguments = {make_column(0, type)};
    for (Value& value : more_arguments) arguments.push_back(make_literal(std::move(value)));
    function_ = registry.resolve_aggregate(name, std::move(arguments), {}).function;
    accumulator_.resize(static_cast<size_t>(function_->layout().size) / 16 + 1);
  }
  void add(const std::vector<Value>& values, bool retract = false) {
    ColumnBuilder builder(function_->argument_type());
    for (const Value& value : values) value.append_to(builder);
    const ColumnPtr column = builder.finish();
    const std::vector<std::byte*> records(values.size(), record());
    const Selection all = Selection::all(column->num_rows());
    if (retract) {
      function_->retract(context_, {records, 0}, column.get(), all);
    } else {
      function_->add(context_, {records, 0}, column.get(), all);
    }
  }
  void merge(Fold& other) {
    std::byte* into[] = {record()};
    const std::byte* from[] = {other.record()};
    function_->merge(context_, {into, 0}, {from, 0}, &other.texts_);
  }
  Value result() {
    ColumnBuilder builder(function_->result_type());
    const std::byte* from[] = {record()};
    function_->result(context_, {from, 0}, builder);
    return Value::at(*builder.finish(), 0);
  }
  void clear() {
    std::byte* of[] = {record()};
    function_->clear(context_, {of, 0});
  }
  const AggregateFunction& function() const { return *function_; }
  size_t texts() const { return texts_.size(); }
  int64_t overflows() const { return context_.overflows; }

 private:
  struct alignas(16) Block {
    std::byte bytes[16];
  };
  std::byte* record() { return accumulator_.data()->bytes; }

  AggregateFunctionPtr function_;
  std::vector<Block> accumulator_;
  MapTexts texts_;
  AggregateContext context_{&texts_, 0};
};

std::vector<Value> integers(const std::vector<int32_t>& values) {
  std::vector<Value> result;
  for (const int32_t value : values) result.push_back(Value::integer(value));
  return result;
}

TEST(Sum, KeepsItsTypeWrapsAndSkipsNull) {
  Fold sum("SUM", Type::integer());
  EXPECT_TRUE(sum.result().is_null());
  EXPECT_EQ(sum.function().result_type(), Type::integer());
  sum.add(integers({1, 2, 3}));
  sum.add({Value::null(Type::integer())});
  EXPECT_EQ(sum.result().as<int32_t>(), 6);
  sum.add(integers({2}), true);
  EXPECT_EQ(sum.result().as<int32_t>(), 4);
  sum.add(integers({2147483647}));
  EXPECT_EQ(sum.result().as<int32_t>(), -2147483645);
  EXPECT_EQ(sum.overflows(), 1);
}

TEST(Sum, DecimalOverflowsAtOutputOnly) {
  const Type type = Type::decimal(38, 0);
  int128 max = 0;
  for (int i = 0; i < 38; ++i) max = max * 10 + 9;
  Fold sum("SUM", type);
  sum.add({Value::of(type, max), Value::of(type, max), Value::of(type, max)});
  EXPECT_TRUE(sum.result().is_null());
  EXPECT_EQ(sum.overflows(), 1);
  sum.add({Value::of(type, max), Value::of(type, max)}, true);
  EXPECT_EQ(sum.result().as<int128>(), max);
  sum.add({Value::of(type, int128(-max)), Value::of(type, int128(-max))});
  EXPECT_EQ(sum.result().as<int128>(), -max);
  EXPECT_EQ(Fold("SUM", Type::decimal(3, 2)).function().result_type(), Type::decimal(38, 2));
}

TEST(Sum, RetractedNanAndInfinityLeaveTheFiniteSum) {
  const double infinity = std::numeric_limits<double>::infinity();
  Fold sum("SUM", Type::float64());
  sum.add({Value::float64(1.5), Value::float64(infinity), Value::float64(std::nan(""))});
  EXPECT_TRUE(std::isnan(sum.result().as<double>()));
  sum.add({Value::float64(std::nan(""))}, true);
  EXPECT_EQ(sum.result().as<double>(), infinity);
  sum.add({Value::float64(infinity)}, true);
  EXPECT_EQ(sum.result().as<double>(), 1.5);
}

TEST(Average, HasFlinksTypesAndRounding) {
  Fold integer("AVG", Type::integer());
  integer.add(integers({-1, -2, -4}));
  EXPECT_EQ(integer.result().as<int32_t>(), -2);
  const Type price = Type::decimal(3, 2);
  Fold decimal("AVG", price);
  EXPECT_EQ(decimal.function().result_type(), Type::decimal(38, 6));
  decimal.add({Value::of(price, int64_t{100}), Value::of(price, int64_t{100}), Value::of(price, int64_t{0})});
  EXPECT_EQ(decimal.result().as<int128>(), 666667);
  decimal.add({Value::of(price, int64_t{-400})});
  EXPECT_EQ(decimal.result().as<int128>(), -500000);
  Fold real("AVG", Type::float32());
  EXPECT_EQ(real.function().result_type(), Type::float32());
  real.add({Value::of(Type::float32(), 1.0F), Value::of(Type::float32(), 2.0F)});
  EXPECT_EQ(real.result().as<float>(), 1.5F);
}

TEST(Count, CountsRowsOrValues) {
  Fold count("COUNT", Type::integer());
  count.add({Value::integer(1), Value::null(Type::integer()), Value::integer(1)});
  EXPECT_EQ(count.result().as<int64_t>(), 2);
  count.add(integers({1}), true);
  EXPECT_EQ(count.result().as<int64_t>(), 1);
}

TEST(Selected, MinAndMaxPutNanAboveEveryNumber) {
  for (const bool nan_first : {true, false}) {
    std::vector<Value> values = {Value::float64(std::nan("")), Value::float64(2)};
    if (!nan_first) std::swap(values[0], values[1]);
    Fold least("MIN", Type::float64());
    least.add(values);
    EXPECT_EQ(least.result().as<double>(), 2);
    Fold greatest("MAX", Type::float64());
    greatest.add(values);
    EXPECT_TRUE(std::isnan(greatest.result().as<double>()));
  }
}

TEST(Selected, TextsAreKeptComparedMergedAndFreed) {
  const std::string long_text = "a text that is longer than twelve bytes";
  Fold least("MIN", Type::string());
  least.add({Value::string("b"), Value::string(long_text), Value::null(Type::string())});
  EXPECT_EQ(least.result().text(), long_text);
  Fold other("MIN", Type::string());
  other.add({Value::string("a")});
  least.merge(other);
  EXPECT_EQ(least.result().text(), "a");
  least.clear();
  EXPECT_EQ(least.texts(), 0u);
  EXPECT_TRUE(least.result().is_null());
}

TEST(Selected, FirstAndLastFollowArrival) {
  Fold first("FIRST_VALUE", Type::integer());
  Fold last("LAST_VALUE", Type::integer());
  for (Fold* fold : {&first, &last}) fold->add(integers({2, 1, 3}));
  EXPECT_EQ(first.result().as<int32_t>(), 2);
  EXPECT_EQ(last.result().as<int32_t>(), 3);
  Fold later("LAST_VALUE", Type::integer());
  later.add(integers({9}));
  last.merge(later);
  EXPECT_EQ(last.result().as<int32_t>(), 9);
}

TEST(Listagg, JoinsInOrder) {
  Fold plain("LISTAGG", Type::string());
  plain.add({Value::string("a"), Value::null(Type::string()), Value::string("b")});
  EXPECT_EQ(plain.result().text(), "a,b");
  Fold dashed("LISTAGG", Type::string(), {Value::characters(" - ")});
  dashed.add({Value::string(""), Value::string("b")});
  EXPECT_EQ(dashed.result().text(), " - b");
}

TEST(WideSum, MatchesTheSumInAnyOrder) {
  WideSum sum{};
  int128 expected = 0;
  uint64_t random = 1;
  for (int i = 0; i < 1000; ++i) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    const int128 value = static_cast<int128>(static_cast<int64_t>(random)) << 40;
    i % 3 == 0 ? sum.subtract(value) : sum.add(value);
    expected += i % 3 == 0 ? -value : value;
    ASSERT_TRUE(sum.fits_int128());
    ASSERT_TRUE(sum.total() == expected);
  }
}

}  // namespace
}  // namespace tidemill
