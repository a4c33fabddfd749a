// What a lookup join remembers, and for how long.
#include "operators/lookup_cache.h"

#include <gtest/gtest.h>

#include "data/column_builder.h"

namespace tidemill {
namespace {

LookupAnswer answer_of(std::initializer_list<int32_t> values) {
  ColumnBuilder builder(Type::integer());
  LookupAnswer answer;
  for (const int32_t value : values) {
    answer.places.push_back(builder.num_rows());
    builder.append(value);
  }
  const int32_t num_rows = builder.num_rows();
  answer.rows = std::make_shared<const Batch>(make_schema({{"x", Type::integer()}}),
                                              std::vector<ColumnPtr>{builder.finish()}, num_rows);
  return answer;
}

LookupCache partial() {
  LookupCache settings;
  settings.kind = LookupCache::Kind::kPartial;
  return settings;
}

TEST(LookupAnswers, AreKeptForEverWithoutALimit) {
  LookupAnswers answers(partial());
  answers.put("a", answer_of({1, 2}), 0);
  const LookupAnswer* found = answers.find("a", 1'000'000'000);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->places.size(), 2U);
  EXPECT_EQ(answers.find("b", 0), nullptr);
  EXPECT_GT(answers.memory_bytes(), 0U);
}

TEST(LookupAnswers, ExpireAfterTheyWereWritten) {
  LookupCache settings = partial();
  settings.expire_after_write_ms = 10;
  LookupAnswers answers(settings);
  answers.put("a", answer_of({1}), 100);
  EXPECT_NE(answers.find("a", 109), nullptr);
  EXPECT_EQ(answers.find("a", 110), nullptr);
  EXPECT_EQ(answers.memory_bytes(), 0U);
}

TEST(LookupAnswers, StayAsLongAsTheyAreUsed) {
  LookupCache settings = partial();
  settings.expire_after_access_ms = 10;
  LookupAnswers answers(settings);
  answers.put("a", answer_of({1}), 100);
  EXPECT_NE(answers.find("a", 109), nullptr);
  EXPECT_NE(answers.find("a", 118), nullptr);
  EXPECT_EQ(answers.find("a", 128), nullptr);
}

TEST(LookupAnswers, TheOneUsedLeastGoesFirst) {
  LookupCache settings = partial();
  settings.max_rows = 3;
  LookupAnswers answers(settings);
  answers.put("a", answer_of({1, 2}), 0);
  answers.put("b", answer_of({}), 0);
  EXPECT_NE(answers.find("a", 1), nullptr);
  answers.put("c", answer_of({3}), 2);
  EXPECT_EQ(answers.find("b", 3), nullptr);
  EXPECT_NE(answers.find("a", 3), nullptr);
  EXPECT_NE(answers.find("c", 3), nullptr);
}

TEST(LookupAnswers, AMissingKeyIsKeptOnlyWhereAskedFor) {
  LookupAnswers kept(partial());
  kept.put("a", answer_of({}), 0);
  EXPECT_NE(kept.find("a", 0), nullptr);
  LookupCache settings = partial();
  settings.cache_missing_key = false;
  LookupAnswers forgotten(settings);
  forgotten.put("a", answer_of({}), 0);
  EXPECT_EQ(forgotten.find("a", 0), nullptr);
}

TEST(LookupReload, ComesAfterAnIntervalOrAtATimeOfTheDay) {
  constexpr EpochMillis kDay = 24 * 60 * 60 * 1000;
  LookupReload reload;
  EXPECT_EQ(reload.next(5), kMaxWatermark);
  reload.interval_ms = 10;
  EXPECT_EQ(reload.next(5), 15);
  reload = LookupReload{};
  reload.time_of_day = 1000;
  EXPECT_EQ(reload.next(kDay), kDay + 1000);
  EXPECT_EQ(reload.next(kDay + 1000), 2 * kDay + 1000);
  reload.days = 2;
  EXPECT_EQ(reload.next(kDay), 2 * kDay + 1000);
}

}  // namespace
}  // namespace tidemill
