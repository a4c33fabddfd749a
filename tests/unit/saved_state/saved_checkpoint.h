// tests/unit/saved_state/saved_checkpoint.h - checkpoints made by hand, of operators whose state a test fills.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "checkpoint/manifest_file.h"
#include "checkpoint/state_file.h"
#include "state/state_store.h"

namespace tidemill::saved_state_test {

// One operator of a checkpoint; `fill` is called once a subtask, with its key groups.
struct SavedOperator {
  std::string id;
  StateNames names;
  int32_t parallelism = 1;
  std::function<void(StateStore& store, int32_t subtask)> fill;
};

// Writes the checkpoint chk-<epoch> in `directory`.
void write_checkpoint(FileSystem& files, const std::string& directory, int64_t epoch,
                      const std::vector<SavedOperator>& operators);

// Adds to the record of `key`, made where it is missing, the accumulator of COUNT(*): `count`. Ignores keys that are of
// another subtask.
void put_count(StateStore& store, RecordTable& table, int64_t key, int64_t count);
// A table "groups": k BIGINT ▸ COUNT(*).
RecordTable& declare_groups(StateStore& store);
StateNames group_names();
// Fills such a table with keys of [first, end), each with the count that `count_of` says.
SavedOperator groups(int64_t first, int64_t end, const std::function<int64_t(int64_t key)>& count_of,
                     int32_t parallelism = 1);

}  // namespace tidemill::saved_state_test
