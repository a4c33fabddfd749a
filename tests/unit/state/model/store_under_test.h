// tests/unit/state/model/store_under_test.h - a StateStore with one table of each kind, and plain maps that say what
// each must hold. Rule: every change goes to both; verify() compares all of it, order included.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "state/list_table.h"
#include "state/state_store.h"
#include "tests/unit/state/test_values.h"

namespace tidemill::state_test {

// What one record of the wide table, or of a slice, must hold.
struct RecordModel {
  int64_t total = 0;
  int64_t wide = 0;
  std::string text;
  std::string hidden;  // a text inside the field of bytes
  std::map<int64_t, int64_t> distinct;
  std::map<std::string, int64_t> values;
  std::map<std::pair<int64_t, int64_t>, std::optional<std::string>> sequence;
};

// Records by canonical key, and the keys in the order of the table.
struct RecordTableModel {
  std::map<std::string, RecordModel> records;
  std::vector<std::string> order;

  RecordModel& upsert(const std::string& key);
  void erase(const std::string& key);
};

// Rows by canonical key, then by sub-key (time and sequence, or bytes).
struct OrderedTableModel {
  using SubKeyModel = std::pair<std::pair<int64_t, int64_t>, std::string>;
  struct Row {
    int64_t number = 0;
    std::string text;
  };
  std::map<std::string, std::map<SubKeyModel, Row>> rows;
  std::vector<std::string> order;

  Row& upsert(const std::string& key, const SubKey& sub_key);
  // Removes the key once it has no rows.
  void forget_if_empty(const std::string& key);
};

// Rows by canonical key, and the keys in the order of the table.
struct ListTableModel {
  std::map<std::string, std::vector<std::string>> rows;
  std::vector<std::string> order;
};

struct StoreModel {
  RecordTableModel wide;
  RecordTableModel narrow;
  std::map<SliceId, RecordTableModel> slices;
  OrderedTableModel timed;
  OrderedTableModel named;
  ListTableModel lists;
  std::map<std::pair<int64_t, std::string>, bool> timers;  // (time, canonical key)
  std::map<std::string, std::string> splits;
  int64_t late_rows = 0;
  std::optional<int64_t> watermark;
};

struct StoreUnderTest {
  StoreUnderTest(int32_t max_parallelism, KeyGroupRange key_groups, const PageTableOptions& pages);

  StateStore store;
  RecordTable*
      wide;  // (BIGINT, STRING), partitioned by the BIGINT: all field kinds, all companions, few records a page
  RecordTable* narrow;  // BIGINT: two numbers
  SliceTables* slices;  // as `wide`, partitioned by the whole key
  OrderedTable* timed;  // BIGINT, by time and sequence
  OrderedTable* named;  // STRING, by bytes
  ListTable* lists;     // STRING
  TimerQueue* timers;   // (BIGINT, STRING)
  SplitState* splits;
};

constexpr uint32_t kHiddenTextOffset = 40;  // in the field "padding"

// The key with number `index` of the pool that tests draw from: some NULL, some long.
std::vector<ColumnPtr> wide_keys(const std::vector<int32_t>& indices);
std::vector<ColumnPtr> text_keys(const std::vector<int32_t>& indices);
KeyBatch batch_of(const KeyLayoutPtr& layout, const std::vector<ColumnPtr>& columns);

// Compare with gtest expectations.
void verify(StoreUnderTest& subject, const StoreModel& model);
void verify_view(ReadView& view, const StoreModel& model);

}  // namespace tidemill::state_test
