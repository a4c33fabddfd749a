#include "saved_state/state_difference.h"

#include <gtest/gtest.h>

#include "env/simulated/simulated_environment.h"
#include "tests/unit/saved_state/saved_checkpoint.h"

namespace tidemill {
namespace {

using saved_state_test::groups;
using saved_state_test::SavedOperator;
using saved_state_test::write_checkpoint;

std::vector<TableDifference> compare(FileSystem& files, DifferenceOptions options = {}) {
  return compare_states(SavedState(files, "ck/chk-1"), SavedState(files, "ck/chk-2"), files, options);
}

std::string counts_of(const TableDifference& table) {
  return fmt::format("{} +{} -{} ~{} ={}", table.table, table.added, table.removed, table.changed, table.same);
}

TEST(StateDifference, ComparesRowsWhereverTheyLay) {
  SimulatedEnvironment environment(1);
  write_checkpoint(environment.files(), "ck", 1, {groups(0, 100, [](int64_t) { return 1; }, 1)});
  write_checkpoint(environment.files(), "ck", 2, {groups(10, 105, [](int64_t key) { return key == 50 ? 2 : 1; }, 3)});
  const std::vector<TableDifference> tables = compare(environment.files());
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(counts_of(tables[0]), "groups +5 -10 ~1 =89");
  ASSERT_EQ(tables[0].rows.size(), 10U);
  const auto changed = std::ranges::find(tables[0].rows, "k=50", &RowChange::key);
  ASSERT_NE(changed, tables[0].rows.end());
  EXPECT_EQ(*changed, (RowChange{"k=50", "COUNT(*)=1", "COUNT(*)=2"}));
}

TEST(StateDifference, DoesNotDependOnHowManyRowsAreComparedAtOnce) {
  SimulatedEnvironment environment(1);
  write_checkpoint(environment.files(), "ck", 1, {groups(0, 5000, [](int64_t key) { return key; })});
  write_checkpoint(environment.files(), "ck", 2, {groups(1000, 6000, [](int64_t key) { return key - key % 7 / 6; })});
  for (const int64_t rows_at_once : {300, 4999, 1 << 20}) {
    DifferenceOptions options;
    options.rows_at_once = rows_at_once;
    options.rows_shown = 3;
    const std::vector<TableDifference> tables = compare(environment.files(), options);
    EXPECT_EQ(counts_of(tables[0]), "groups +1000 -1000 ~572 =3428") << rows_at_once;
    EXPECT_EQ(tables[0].rows.size(), 3U);
  }
}

TEST(StateDifference, AnOperatorThatOnlyOneHas) {
  SimulatedEnvironment environment(1);
  SavedOperator other = groups(0, 4, [](int64_t) { return 1; });
  other.id = "other";
  write_checkpoint(environment.files(), "ck", 1, {groups(0, 2, [](int64_t) { return 1; })});
  write_checkpoint(environment.files(), "ck", 2, {other});
  const std::vector<TableDifference> tables = compare(environment.files());
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0].operator_id, "other");
  EXPECT_EQ(counts_of(tables[0]), "groups +4 -0 ~0 =0");
  EXPECT_EQ(counts_of(tables[1]), "groups +0 -2 ~0 =0");
}

// What a value was before it became NULL, say.
TEST(StateDifference, SeesWhatNoColumnShows) {
  SimulatedEnvironment environment(1);
  for (int64_t epoch = 1; epoch <= 2; ++epoch) {
    SavedOperator op = groups(1, 2, [](int64_t) { return 1; });
    op.names.values = {{"v", Type::big_int()}};
    op.fill = [epoch](StateStore& store, int32_t) {
      TableDescriptor descriptor;
      descriptor.name = "groups";
      descriptor.key_types = {Type::big_int()};
      descriptor.fields = {RecordField::bytes("COUNT(*)", 8, 8), RecordField::bytes("value0", 8, 8),
                           RecordField::flag("null0")};
      RecordTable& table = store.record_table(descriptor);
      saved_state_test::put_count(store, table, 1, 5);
      table.scan_for_update([&](std::span<std::byte* const> records) {
        *reinterpret_cast<int64_t*>(records[0] + table.layout().offset("value0")) = epoch;
        records[0][table.layout().offset("null0")] = std::byte{1};
      });
    };
    write_checkpoint(environment.files(), "ck", epoch, {op});
  }
  const TableDifference table = compare(environment.files())[0];
  EXPECT_EQ(counts_of(table), "groups +0 -0 ~1 =0");
  EXPECT_EQ(table.rows[0], (RowChange{"k=1", "COUNT(*)=5, v=NULL", "COUNT(*)=5, v=NULL"}));
}

TEST(StateDifference, TextAndJsonSayTheSame) {
  SimulatedEnvironment environment(1);
  write_checkpoint(environment.files(), "ck", 1, {groups(0, 2, [](int64_t) { return 1; })});
  write_checkpoint(environment.files(), "ck", 2, {groups(1, 3, [](int64_t key) { return key; })});
  const SavedState before(environment.files(), "ck/chk-1"), after(environment.files(), "ck/chk-2");
  DifferenceOptions options;
  options.rows_shown = 1;
  const DifferenceText text =
      difference_text(before, after, compare_states(before, after, environment.files(), options));
  EXPECT_EQ(text.text,
            "from checkpoint 'ck/chk-1' (epoch 1 of job 'made by hand')\n"
            "to   checkpoint 'ck/chk-2' (epoch 2 of job 'made by hand')\n"
            "q/group_aggregate(keys=[k])\n"
            "  'groups': 1 added, 1 removed, 0 changed, 1 the same\n"
            "    + k=2: COUNT(*)=2\n"
            "    … and 1 more");
  EXPECT_NE(text.json.find(R"("rows":[{"key":"k=2","before":null,"after":"COUNT(*)=2"}])"), std::string::npos)
      << text.json;
}

}  // namespace
}  // namespace tidemill
