#include "checkpoint/inspection_round.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

TaskInspection of(int32_t number) {
  TaskInspection inspection;
  inspection.number = number;
  return inspection;
}

TEST(InspectionRounds, GiveAllAnswersByTaskOnce) {
  InspectionRounds rounds;
  std::vector<int32_t> seen;
  const int64_t round = rounds.begin({1, 2, 3}, [&](const std::vector<TaskInspection>& answers) {
    for (const TaskInspection& answer : answers) seen.push_back(answer.number);
  });
  rounds.answer(round, of(3));
  rounds.answer(round, of(3));
  rounds.answer(round, of(1));
  EXPECT_TRUE(seen.empty());
  rounds.answer(round, of(2));
  EXPECT_EQ(seen, (std::vector<int32_t>{1, 2, 3}));
  rounds.answer(round, of(2));  // too late: nothing happens
  EXPECT_EQ(seen.size(), 3u);
}

TEST(InspectionRounds, ATaskThatFinishesOwesNoAnswerInAnyRound) {
  InspectionRounds rounds;
  std::vector<size_t> sizes;
  const auto done = [&](const std::vector<TaskInspection>& answers) { sizes.push_back(answers.size()); };
  const int64_t first = rounds.begin({1, 2}, done);
  rounds.begin({2}, done);
  rounds.answer(first, of(1));
  rounds.gone(2);
  EXPECT_EQ(sizes, (std::vector<size_t>{1, 0}));
  rounds.begin({}, done);
  EXPECT_EQ(sizes.size(), 3u);
}

}  // namespace
}  // namespace tidemill
