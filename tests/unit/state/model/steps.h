// tests/unit/state/model/steps.h - random changes, each made to a store and to its model.
#pragma once
#include <cstdint>
#include <string_view>

#include "tests/unit/state/model/store_under_test.h"

namespace tidemill::state_test {

// Which keys and splits belong to the store of one subtask.
struct Ownership {
  int32_t max_parallelism;
  int32_t parallelism;
  int32_t subtask;

  KeyGroupRange key_groups() const { return key_groups_of_subtask(max_parallelism, parallelism, subtask); }
  bool owns(uint64_t hash) const { return key_groups().contains(key_group_of(hash, max_parallelism)); }
  bool owns_split(std::string_view split) const { return split.back() % parallelism == subtask; }
};

// Makes one batch of changes to a random table, and releases the store.
void random_step(TestRandom& random, const Ownership& ownership, StoreUnderTest& subject, StoreModel& model);

}  // namespace tidemill::state_test
