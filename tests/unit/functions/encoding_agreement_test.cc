// Every scalar function, over every combination of argument types that it takes: flat, dictionary and constant
// arguments and a sparse selection must give the same values and the same errors.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "data/bitmap.h"
#include "data/nested.h"
#include "expr/table_function.h"
#include "tests/unit/functions/function_harness.h"

namespace tidemill {
namespace {

constexpr int32_t kRows = 24;
constexpr int32_t kDistinctRows = 11;

// A type with values that are worth a try, as text; a literal argument where `is_literal`.
struct Sample {
  Type type;
  std::vector<const char*> texts;
  bool is_literal = false;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = {
      {Type::integer(), {"0", "1", "-1", "2", "3", "7", "100", "2147483647", "-2147483648"}},
      {Type::string(), {"", "a", "abc", "12", "x,y,z", "Hello World, longer than twelve", "2020-02-29", "é€", "%_"}},
      {Type::boolean(), {"true", "false"}},
      {Type::float64(), {"0", "-0.0", "1.5", "-2.25", "1e10", "NaN", "Infinity", "0.1"}},
      {Type::timestamp(3), {"1969-12-31 23:59:59.999", "2020-02-29 12:34:56.789", "2024-03-31 02:30:00"}},
      {Type::date(), {"1969-12-31", "2020-02-29", "2024-01-01"}},
      {Type::string(), {"DAY"}, true},
      {Type::tiny_int(), {"0", "1", "-128", "127"}},
      {Type::big_int(), {"0", "1", "-5", "9223372036854775807", "-9223372036854775808"}},
      {Type::float32(), {"0", "1.25", "-3", "NaN"}},
      {Type::decimal(10, 2), {"0", "1.25", "-99999999.99", "0.5"}},
      {Type::decimal(25, 4), {"0", "1.2500", "-123456789012345678901.9999"}},
      {Type::bytes(), {"", "abc", "some bytes beyond twelve"}},
      {Type::time(3), {"00:00:00", "23:59:59.999"}},
      {Type::timestamp(9), {"2020-02-29 12:34:56.123456789", "1960-01-01 00:00:00.000000001"}},
      {Type::timestamp_ltz(3), {"2020-02-29 12:34:56.789", "2024-10-27 02:30:00"}},
      {Type::interval_year_month(), {}},
      {Type::interval_day_time(), {}},
      {Type::array(Type::integer()), {}},
      {Type::array(Type::string()), {}},
      {Type::map(Type::string(), Type::integer()), {}},
      {Type::row({{"DAY", Type::integer()}, {"a", Type::array(Type::string())}}), {}},
      {Type::bitmap(), {}},
  };
  return all;
}

// Appends a value of INT, STRING or what is nested of them, encoded.
void append_random(const Type& type, std::mt19937& random, std::string& out) {
  if (random() % 5 == 0) return append_encoded_null(out);
  if (type.kind == TypeKind::kInteger) return append_encoded_int(out, static_cast<int32_t>(random() % 4));
  if (!type.is_nested()) return append_encoded_text(out, random() % 2 == 0 ? "a" : "a text beyond twelve bytes");
  std::string bytes;
  const auto entries = static_cast<uint32_t>(type.kind == TypeKind::kRow ? 1 : random() % 4);
  if (type.kind != TypeKind::kRow) bytes.assign(reinterpret_cast<const char*>(&entries), sizeof(entries));
  for (uint32_t i = 0; i < entries; ++i)
    for (const Type& part : nested_column_types(type)) append_random(part, random, bytes);
  append_encoded_text(out, bytes);
}

Value nested_value(const Type& type, std::mt19937& random) {
  std::string encoded;
  append_random(type, random, encoded);
  if (is_encoded_null(encoded)) return Value::null(type);
  return Value::of_text(type, std::string(encoded_text(encoded)));
}

Value sample_value(const Sample& sample, std::mt19937& random) {
  if (sample.type.is_nested()) return nested_value(sample.type, random);
  if (random() % 5 == 0) return Value::null(sample.type);
  if (sample.type.kind == TypeKind::kIntervalYearMonth)
    return Value::of(sample.type, static_cast<int32_t>(random() % 40) - 20);
  if (sample.type.kind == TypeKind::kBitmap) {
    Bitmap set;
    for (uint32_t i = random() % 4; i > 0; --i) set.add(static_cast<int32_t>(random() % 3) * 70000 - 1);
    return Value::of_text(sample.type, set.bytes());
  }
  if (sample.type.kind == TypeKind::kIntervalDayTime)
    return Value::of(sample.type, static_cast<int64_t>(random()) - 1000000);
  const ExpressionPtr text = literal(sample.texts[random() % sample.texts.size()]);
  return evaluate_constant(*make_cast(text, sample.type, false, {}), EvaluationContext()).with_type(sample.type);
}

ColumnPtr random_column(const Sample& sample, int32_t rows, std::mt19937& random) {
  ColumnBuilder builder(sample.type);
  for (int32_t row = 0; row < rows; ++row) sample_value(sample, random).append_to(builder);
  return builder.finish();
}

ColumnPtr dictionary_of(const ColumnPtr& distinct, std::mt19937& random) {
  auto indices = Buffer::allocate(kRows * sizeof(int32_t));
  auto* out = reinterpret_cast<int32_t*>(indices->mutable_data());
  for (int32_t row = 0; row < kRows; ++row) out[row] = static_cast<int32_t>(random() % kDistinctRows);
  return Column::dictionary(distinct, std::move(indices), kRows);
}

// What one row yields: its value, or its error.
std::vector<std::string> outcomes(const Expression& expression, std::vector<ColumnPtr> columns,
                                  const Selection& selection) {
  std::vector<Field> fields;
  for (size_t i = 0; i < columns.size(); ++i) fields.push_back({fmt::format("c{}", i), columns[i]->type()});
  const Batch batch(make_schema(std::move(fields)), std::move(columns), kRows);
  EvaluationContext context;
  context.time_zone = *TimeZone::find("Europe/Berlin");
  context.now = 1700000000000;
  RowErrors errors;
  const ColumnPtr result = evaluate(expression, {batch, context}, selection, errors);
  EXPECT_EQ(result->num_rows(), kRows);
  EXPECT_EQ(result->type(), expression.type());
  std::vector<std::string> texts(kRows, "-");
  selection.for_each([&](int32_t row) {
    texts[static_cast<size_t>(row)].clear();
    append_row_text(texts[static_cast<size_t>(row)], *result, row);
  });
  for (const RowError& error : errors.errors()) texts[static_cast<size_t>(error.row)] = "error: " + error.message;
  return texts;
}

class EncodingAgreement {
 public:
  explicit EncodingAgreement(uint32_t seed) : random_(seed) {}

  void check(const Expression& expression, const std::vector<const Sample*>& arguments) {
    std::vector<ColumnPtr> dictionaries, flats;
    for (const Sample* sample : arguments) {
      dictionaries.push_back(dictionary_of(random_column(*sample, kDistinctRows, random_), random_));
      flats.push_back(Column::flatten(dictionaries.back()));
    }
    const Selection all = Selection::all(kRows);
    const std::vector<std::string> expected = outcomes(expression, flats, all);
    EXPECT_EQ(outcomes(expression, dictionaries, all), expected) << expression.to_string() << ", dictionaries";
    std::vector<int32_t> some = {3, 17};
    const std::vector<std::string> sparse = outcomes(expression, flats, Selection::of(some, kRows));
    for (const int32_t row : some) {
      const auto at = static_cast<size_t>(row);
      EXPECT_EQ(sparse[at], expected[at]) << expression.to_string() << ", sparse, row " << row;
      std::vector<ColumnPtr> constants, mixed = flats;
      for (const ColumnPtr& flat : flats) constants.push_back(Column::constant(*flat->slice(row, 1), kRows));
      if (!mixed.empty()) mixed.back() = constants.back();
      const std::vector<std::string> constant = outcomes(expression, constants, all);
      for (const std::string& outcome : constant) {
        EXPECT_EQ(outcome, expected[at]) << expression.to_string() << ", constants of row " << row;
      }
      EXPECT_EQ(outcomes(expression, mixed, all)[at], expected[at]) << expression.to_string() << ", last one constant";
    }
  }

 private:
  std::mt19937 random_;
};

// Binds `name` to columns of these samples; nullptr where there is no such form.
ExpressionPtr bind(const FunctionRegistry& registry, const std::string& name,
                   const std::vector<const Sample*>& arguments) {
  std::vector<ExpressionPtr> expressions;
  for (size_t i = 0; i < arguments.size(); ++i) {
    expressions.push_back(arguments[i]->is_literal ? literal(arguments[i]->texts.front())
                                                   : make_column(static_cast<int32_t>(i), arguments[i]->type));
  }
  try {
    return registry.resolve(name, std::move(expressions), {});
  } catch (const UserError&) {
    return nullptr;
  }
}

// Calls visit with every list of `count` samples out of the first `pool`.
void for_each_combination(size_t count, size_t pool,
                          const std::function<void(const std::vector<const Sample*>&)>& visit) {
  std::vector<size_t> choice(count, 0);
  while (true) {
    std::vector<const Sample*> arguments;
    for (const size_t index : choice) arguments.push_back(&samples()[index]);
    visit(arguments);
    size_t i = 0;
    for (; i < count && ++choice[i] == pool; ++i) choice[i] = 0;
    if (i == count) return;
  }
}

// Arguments of functions that take words, or more than four arguments.
std::map<std::string, std::vector<Sample>> arguments_with_words() {
  const auto word = [](const char* text) { return Sample{Type::string(), {text}, true}; };
  const Sample json = {Type::string(), {"", "{\"a\": 1.50}", "{\"a\": [1, {}]}", "{\"a\": null}", "[", "[true]"}};
  const Sample date = {Type::date(), {"1969-12-31", "2020-02-29", "2024-01-01"}};
  return {{"JSON_EXISTS", {json, word("$.a"), word("UNKNOWN")}},
          {"JSON_VALUE", {json, word("$.a"), word("type"), word("NULL"), word("e"), word("DEFAULT"), word("r")}},
          {"JSON_QUERY", {json, word("lax $.a"), word("CONDITIONAL"), word("EMPTY ARRAY"), word("ERROR")}},
          {"OVERLAPS", {date, date, date, date}}};
}

TEST(EveryFunction, ThatTakesWordsAgreesToo) {
  const FunctionHarness f;
  EncodingAgreement agreement(20261130);
  for (const auto& [name, samples] : arguments_with_words()) {
    std::vector<const Sample*> arguments;
    for (const Sample& sample : samples) arguments.push_back(&sample);
    const ExpressionPtr expression = tidemill::bind(f.registry(), name, arguments);
    ASSERT_NE(expression, nullptr) << name;
    agreement.check(*expression, arguments);
  }
}

// The binder makes what they mean; here they are for the list of functions.
const std::set<std::string_view> kOfTheBinder = {"CAST", "TRY_CAST", "CURRENT_DATABASE"};

TEST(EveryFunction, AgreesAcrossEncodingsAndSelections) {
  const FunctionHarness f;
  EncodingAgreement agreement(20260101);
  std::vector<std::string> never_bound;
  for (const FunctionListing& listing : f.registry().list()) {
    if (!f.registry().has_scalar(listing.name) || kOfTheBinder.contains(listing.name)) continue;
    if (listing.name == table_function_name("GENERATE_SERIES")) continue;  // between any two numbers it is too long
    int32_t bound = 0;
    for (size_t count = 0; count <= 4; ++count) {
      const size_t pool = count <= 2 ? samples().size() : count == 3 ? 7 : 2;
      for_each_combination(count, pool, [&](const std::vector<const Sample*>& arguments) {
        const ExpressionPtr expression = bind(f.registry(), listing.name, arguments);
        if (!expression) return;
        ++bound;
        agreement.check(*expression, arguments);
      });
    }
    if (bound == 0 && !arguments_with_words().contains(listing.name)) never_bound.push_back(listing.name);
  }
  EXPECT_EQ(never_bound, std::vector<std::string>());
}

}  // namespace
}  // namespace tidemill
