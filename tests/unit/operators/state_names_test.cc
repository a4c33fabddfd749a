#include "operators/state_names.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

TEST(StateNames, RowsThatWaitToBeSortedHaveTheirColumns) {
  const TemporalSortSpec spec{{}, false, make_schema({{"id", Type::integer()}, {"ts", Type::timestamp(3)}})};
  EXPECT_EQ(state_names(spec).values, spec.schema->fields());
}

TEST(StateNames, JoinsStoreWhatTheKeyDoesNotGive) {
  JoinSpec join;
  join.inputs = {make_schema({{"id", Type::integer()}, {"price", Type::float64()}}),
                 make_schema({{"name", Type::string()}, {"ref", Type::integer()}})};
  join.keys = {std::vector<int32_t>{0}, std::vector<int32_t>{1}};
  const StateNames names = state_names(IntervalJoinSpec{join});
  EXPECT_EQ(names.keys, std::vector<std::string>{"id"});
  EXPECT_EQ(names.sub_keys, (std::vector<SavedSubKeys>{{"left", true, {{"price", Type::float64()}}},
                                                       {"right", true, {{"name", Type::string()}}}}));
  // A float is equal to more than itself: the key does not give it.
  join.keys[0] = {1};
  EXPECT_EQ(state_names(RegularJoinSpec{join}).sub_keys[0].columns, join.inputs[0]->fields());
}

TEST(StateNames, ATemporalJoinNamesTheVersionsThatRowsCameOutWith) {
  TemporalJoinSpec spec;
  spec.join.inputs = {make_schema({{"id", Type::integer()}, {"price", Type::float64()}}),
                      make_schema({{"name", Type::string()}, {"ref", Type::integer()}})};
  spec.join.keys = {std::vector<int32_t>{0}, std::vector<int32_t>{1}};
  EXPECT_EQ(state_names(spec).values, std::vector<Field>());
  spec.left_changes = true;
  EXPECT_EQ(state_names(spec).values, (std::vector<Field>{{"name", Type::string()}}));
  EXPECT_EQ(state_names(spec).sub_keys.back(), (SavedSubKeys{"answered", true, {{"price", Type::float64()}}}));
}

}  // namespace
}  // namespace tidemill
