// COUNT of rows and of values that are not NULL.
#include "functions/aggregates/aggregates.h"

namespace tidemill {
namespace {

struct CountState {
  int64_t count;
};

class Count final : public AggregateFunction {
 public:
  explicit Count(const Type& argument) : AggregateFunction("COUNT", argument, Type::big_int().not_null()) {}

  AccumulatorLayout layout() const override { return {sizeof(CountState), alignof(CountState), {}}; }
  bool retractable() const override { return true; }
  void add(AggregateContext&, Accumulators into, const Column* argument, const Selection& rows) const override {
    change(into, argument, rows, 1);
  }
  void retract(AggregateContext&, Accumulators into, const Column* argument, const Selection& rows) const override {
    change(into, argument, rows, -1);
  }
  void merge(AggregateContext&, Accumulators into, ReadAccumulators from, const AccumulatorTexts*) const override {
    for (int32_t i = 0; i < into.size(); ++i) into.at<CountState>(i).count += from.at<CountState>(i).count;
  }
  void result(AggregateContext&, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) out.append(from.at<CountState>(i).count);
  }

 private:
  static void change(Accumulators into, const Column* argument, const Selection& rows, int64_t amount) {
    if (argument == nullptr || !argument->may_have_nulls()) {
      rows.for_each([&](int32_t row) { into.at<CountState>(row).count += amount; });
      return;
    }
    rows.for_each([&](int32_t row) {
      if (!argument->is_null(row)) into.at<CountState>(row).count += amount;
    });
  }
};

}  // namespace

void register_count(FunctionRegistry& registry) {
  registry.aggregate("COUNT",
                     {"COUNT(*) | COUNT([DISTINCT] value)", "Number of rows, or of values that are not NULL.",
                      "COUNT(x) = 2 for x in 1, NULL, 4"},
                     [](const CallSite& call) -> AggregateCall {
                       if (call.size() == 0) return {std::make_shared<Count>(Type::null()), nullptr};
                       if (call.size() != 1) return {};
                       return {std::make_shared<Count>(call.type(0)), call.arguments[0]};
                     });
}

}  // namespace tidemill
