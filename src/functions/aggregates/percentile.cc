// PERCENTILE: the value that a share of the values does not exceed, between two neighbours by proportion. Keeps each
// value with its count, in order, as Flink does.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "expr/cast.h"
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/column_loops.h"
#include "functions/aggregates/signed_aggregate.h"

namespace tidemill {
namespace {

struct Entry {
  double value;
  int64_t count;
};

bool is_below(double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; }  // NaN comes last

// The entries of one group, read from its text and written back.
class Entries {
 public:
  void load(std::string_view bytes) {
    entries_.resize(bytes.size() / sizeof(Entry));
    std::memcpy(entries_.data(), bytes.data(), entries_.size() * sizeof(Entry));
  }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(entries_.data()), entries_.size() * sizeof(Entry)};
  }
  void change(const Entry& change) {
    const auto place = std::ranges::lower_bound(entries_, change.value, is_below, &Entry::value);
    const bool known = place != entries_.end() && !is_below(change.value, place->value);
    if (!known) {
      entries_.insert(place, change);
    } else if ((place->count += change.count) == 0) {
      entries_.erase(place);
    }
  }
  const std::vector<Entry>& all() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

std::optional<double> percentile_of(const std::vector<Entry>& entries, double share) {
  int64_t total = 0;
  for (const Entry& entry : entries) total += entry.count;
  if (total <= 0) return std::nullopt;
  const double position = static_cast<double>(total - 1) * share;
  const double lower = std::floor(position), upper = std::ceil(position);
  const auto value_at = [&](double index) {
    int64_t before = 0;
    for (const Entry& entry : entries) {
      before += entry.count;
      if (static_cast<double>(before) > index) return entry.value;
    }
    return entries.back().value;
  };
  const double low = value_at(lower), high = value_at(upper);
  if (lower == upper || low == high) return low;
  return (upper - position) * low + (position - lower) * high;
}

// Reads the argument: a DOUBLE, or with frequencies both in 16 bytes.
Entry entry_of(double value) { return {value, 1}; }
Entry entry_of(const Text& packed) {
  Entry entry{};
  std::memcpy(&entry, packed.view().data(), sizeof(entry));
  return entry;
}

template <class T>
class Percentile final : public SignedAggregate {
 public:
  Percentile(const Type& argument, double share)
      : SignedAggregate("PERCENTILE", argument, Type::float64()), share_(share) {}

  AccumulatorLayout layout() const override { return {AccumulatorTexts::kSlotBytes, 8, {0}}; }
  bool retractable() const override { return true; }
  void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
             const AccumulatorTexts* from_texts) const override {
    for (int32_t i = 0; i < into.size(); ++i) {
      Entries mine, other;
      mine.load(context.texts->load(&into.at<std::byte>(i)));
      other.load(from_texts->load(&from.at<std::byte>(i)));
      for (const Entry& entry : other.all()) mine.change(entry);
      context.texts->assign(&into.at<std::byte>(i), mine.bytes());
    }
  }
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      Entries entries;
      entries.load(context.texts->load(&from.at<std::byte>(i)));
      const auto value = percentile_of(entries.all(), share_);
      value ? out.append(*value) : out.append_null();
    }
  }

 private:
  // Values of one accumulator that follow each other are gathered before they are stored.
  void change(AggregateContext& context, Accumulators into, const Column& argument, const Selection& rows,
              int32_t sign) const override {
    std::byte* slot = nullptr;
    Entries entries;
    for_each_value<T>(argument, rows, [&](int32_t row, const T& value) {
      std::byte* const next = &into.at<std::byte>(row);
      if (next != slot) {
        if (slot != nullptr) context.texts->assign(slot, entries.bytes());
        slot = next;
        entries.load(context.texts->load(slot));
      }
      Entry entry = entry_of(value);
      entry.count *= sign;
      if (entry.count != 0) entries.change(entry);
    });
    if (slot != nullptr) context.texts->assign(slot, entries.bytes());
  }

  double share_;
};

double share_of(const CallSite& call) {
  const ExpressionPtr share = coerce(call.arguments[1], Type::float64());
  const auto* literal = share->try_as<Literal>();
  const double value = literal == nullptr || literal->value().is_null() ? -1 : literal->value().as<double>();
  if (value >= 0 && value <= 1) return value;
  throw UserError(call.location, "The share of PERCENTILE must be a number from 0 to 1, written as a literal");
}

// Returns value and frequency in 16 bytes; NULL where one is, or where the frequency is not above 0.
ExpressionPtr packed(const CallSite& call) {
  ScalarFunctionPtr kernel = make_kernel([](std::string& out, double value, int64_t frequency) {
    if (frequency <= 0) return false;
    const Entry entry{value, frequency};
    out.append(reinterpret_cast<const char*>(&entry), sizeof(entry));
    return true;
  });
  std::vector<ExpressionPtr> arguments = {coerce(call.arguments[0], Type::float64()),
                                          coerce(call.arguments[2], Type::big_int())};
  return std::make_shared<Call>("PERCENTILE entry", std::move(kernel), std::move(arguments), Type::bytes(),
                                FunctionProperties{}, call.location);
}

AggregateCall bind_percentile(const CallSite& call) {
  const bool with_frequency = call.size() == 3;
  if (call.size() != 2 && !with_frequency) return {};
  if (!call.type(0).is_numeric() || !call.type(1).is_numeric()) return {};
  if (with_frequency && !call.type(2).is_integer()) return {};
  const double share = share_of(call);
  if (with_frequency) return {std::make_shared<Percentile<Text>>(Type::bytes(), share), packed(call)};
  ExpressionPtr value = coerce(call.arguments[0], Type::float64());
  return {std::make_shared<Percentile<double>>(value->type(), share), std::move(value)};
}

}  // namespace

void register_percentile(FunctionRegistry& registry) {
  registry.aggregate(
      "PERCENTILE",
      {"PERCENTILE(number, share [, frequency])",
       "The value that this share (0 to 1) of the values does not exceed, between neighbours by proportion.",
       "PERCENTILE(x, 0.25) = 1.5 for x in 4, 1, NULL, 2"},
      bind_percentile);
}

}  // namespace tidemill
