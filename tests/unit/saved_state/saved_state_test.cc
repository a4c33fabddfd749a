#include "saved_state/saved_state.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "env/real/real_file_system.h"
#include "env/simulated/simulated_environment.h"
#include "results/change_text.h"
#include "tests/unit/saved_state/saved_checkpoint.h"

namespace tidemill {
namespace {

using saved_state_test::groups;
using saved_state_test::SavedOperator;
using saved_state_test::write_checkpoint;

// The rows of a table as text, so many at a time.
std::vector<std::string> rows_of(FileSystem& files, const std::string& op, const std::string& table,
                                 int32_t max_rows = 1024, const StateReading& reading = {}) {
  const SavedState state(files, "ck");
  const StateTable found = state.find_table(state.find_operator(op), table);
  std::vector<std::string> texts;
  for (int32_t split = 0; split < state.splits(found); ++split) {
    const auto rows = state.open(found, split, found.columns, page_options(reading, files));
    while (auto batch = rows->next(max_rows)) {
      EXPECT_LE(batch->num_rows, max_rows);
      const Batch with_schema(schema_of(found.columns), std::move(batch->columns), batch->num_rows);
      for (const ResultChange& change : change_texts(with_schema, {}, CellText::kShown)) {
        std::string text;
        for (const auto& cell : change.row) text += (text.empty() ? "" : " ") + cell.value_or("NULL");
        texts.push_back(std::move(text));
      }
    }
  }
  return texts;
}

std::string names_of(const StateTable& table) {
  return fmt::format("{}", fmt::join(schema_of(table.columns)->names(), " "));
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const UserError& error) {
    return fmt::format("{} | {}", error.what(), error.hint());
  }
  return "no error";
}

TEST(SavedState, RowsOfAllSubtasksWithNamesAndResults) {
  SimulatedEnvironment environment(1);
  write_checkpoint(environment.files(), "ck", 1, {groups(0, 3, [](int64_t key) { return key * 10; }, 2)});
  const SavedState state(environment.files(), "ck");
  const StateTable table = state.find_table(state.find_operator("q/group_aggregate"), "");
  EXPECT_EQ(names_of(table), "k COUNT(*) key_group subtask");
  EXPECT_EQ(table.columns[1].type, Type::big_int());
  std::vector<std::string> rows = rows_of(environment.files(), "q/group_aggregate", "groups");
  std::ranges::sort(rows);
  ASSERT_EQ(rows.size(), 3U);
  for (int64_t key = 0; key < 3; ++key)
    EXPECT_TRUE(rows[static_cast<size_t>(key)].starts_with(fmt::format("{} {} ", key, key * 10)))
        << rows[static_cast<size_t>(key)];
}

TEST(SavedState, AFunctionThatIsUnknownLeavesTheBytes) {
  SimulatedEnvironment environment(1);
  for (const std::string function : {"NO_SUCH_FUNCTION", "AVG", ""}) {
    SavedOperator op = groups(1, 2, [](int64_t) { return 258; });
    op.names.aggregates[0].function = function;
    if (function == "AVG") op.names.aggregates[0].argument = Type::big_int();  // keeps more than eight bytes
    if (function.empty()) op.names = {};
    write_checkpoint(environment.files(), "ck", 1, {op});
    const std::vector<std::string> rows = rows_of(environment.files(), "q/group_aggregate", "");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_TRUE(rows[0].starts_with("1 x'0201000000000000' ")) << function << ": " << rows[0];
  }
}

TEST(SavedState, ErrorsNameWhatThereIs) {
  SimulatedEnvironment environment(1);
  write_checkpoint(environment.files(), "ck", 1, {groups(0, 1, [](int64_t) { return 1; }), {"q/calc", {}, 0, {}}});
  const auto find = [&](const std::string& op, const std::string& table) {
    const SavedState state(environment.files(), "ck");
    state.find_table(state.find_operator(op), table);
  };
  EXPECT_EQ(error_of([&] { find("q/group_agregate", ""); }),
            "There is no operator 'q/group_agregate' in checkpoint 'ck/chk-1' | Did you mean 'q/group_aggregate'? "
            "Operators with state: 'q/group_aggregate'.");
  EXPECT_EQ(error_of([&] { find("q/group_aggregate", "grups"); }),
            "Operator 'q/group_aggregate(keys=[k])' has no table 'grups' in checkpoint 'ck/chk-1' | Did you mean "
            "'groups'? Its tables: 'groups', 'scalars'.");
  EXPECT_EQ(error_of([&] { find("q/calc", ""); }),
            "Operator 'q/calc' keeps no state in checkpoint 'ck/chk-1' | 'tidemill checkpoint inspect ck/chk-1' lists "
            "what there is.");
}

TEST(SavedState, AShortIdMustBeThatOfOneOperator) {
  SimulatedEnvironment environment(1);
  SavedOperator other = groups(0, 1, [](int64_t) { return 1; });
  other.id = "q/group_aggregate(keys=[other])";
  write_checkpoint(environment.files(), "ck", 1, {groups(0, 1, [](int64_t) { return 1; }), other});
  const SavedState state(environment.files(), "ck");
  EXPECT_EQ(state.find_operator(other.id).id, other.id);
  EXPECT_EQ(error_of([&] { (void)state.find_operator("q/group_aggregate"); }),
            "Several operators in checkpoint 'ck/chk-1' are called 'q/group_aggregate' | Write one of "
            "'q/group_aggregate(keys=[k])', 'q/group_aggregate(keys=[other])'.");
}

// Sessions, their bounds, and companions of slices.
TEST(SavedState, BoundsOfSessionsComeFromTheirIntervals) {
  SimulatedEnvironment environment(1);
  const SavedOperator op{
      "s", {{"k"}, {}, {}, 0}, 1, [](StateStore& store, int32_t) {
        TableDescriptor intervals;
        intervals.name = kIntervalsTable;
        intervals.key_types = {Type::big_int()};
        intervals.fields = {RecordField::int64(std::string(kIntervalEndField))};
        OrderedTable& ends = store.ordered_table(intervals, SubKeyKind::kTimeSequence);
        TableDescriptor sessions;
        sessions.name = kSessionsTable;
        sessions.key_types = {Type::big_int(), Type::big_int()};
        sessions.partition_columns = 1;
        sessions.fields = {RecordField::int64("rows")};
        RecordTable& records = store.record_table(sessions);
        for (int64_t session = 1; session <= 2; ++session) {
          ColumnBuilder key(Type::big_int()), id(Type::big_int());
          key.append(int64_t{7});
          id.append(session);
          const std::vector<ColumnPtr> columns = {key.finish(), id.finish()};
          KeyBatch one(ends.key_layout()), both(records.key_layout());
          one.assign({columns.data(), 1}, 1);
          both.assign(columns, 1);
          bool created = false;
          records.upsert(both[0], created);
          if (session == 1)
            *reinterpret_cast<int64_t*>(ends.upsert(one[0], SubKey::of_time(1000, session), created)) = 3000;
        }
      }};
  write_checkpoint(environment.files(), "ck", 1, {op});
  const std::vector<std::string> rows = rows_of(environment.files(), "s", "");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].starts_with("7 1 1970-01-01 00:00:01.000 1970-01-01 00:00:03.000 0 ")) << rows[0];
  EXPECT_TRUE(rows[1].starts_with("7 2 NULL NULL 0 ")) << rows[1];
  EXPECT_TRUE(rows_of(environment.files(), "s", "intervals")[0].starts_with(
      "7 1970-01-01 00:00:01.000 1 1970-01-01 00:00:03.000 "));
}

TEST(SavedState, ReadsMoreThanItMayHoldInMemory) {
  RealFileSystem files;
  const std::string directory = testing::TempDir() + "saved_state_test";
  constexpr int64_t kKeys = 20'000;  // 40 pages
  write_checkpoint(files, directory, 1, {groups(0, kKeys, [](int64_t key) { return key; })});
  const SavedState state(files, directory);
  const StateTable table = state.find_table(state.find_operator("q/group_aggregate"), "");
  const StateReading reading{int64_t{64} << 10, testing::TempDir()};
  const PageTableOptions pages = page_options(reading, files);
  const auto rows = state.open(table, 0, table.columns, pages);
  int64_t count = 0, most = 0;
  while (const auto batch = rows->next(100)) {
    count += batch->num_rows;
    most = std::max(most, pages.budget->used_bytes());
  }
  EXPECT_EQ(count, kKeys);
  EXPECT_LT(most, 2 * reading.memory_bytes);
}

TEST(SavedState, ADamagedPartIsRefusedByName) {
  SimulatedEnvironment environment(1);
  write_checkpoint(environment.files(), "ck", 1, {groups(0, 1000, [](int64_t key) { return key; })});
  const std::string path = "ck/chk-1/q_group_aggregate(keys=[k])-0.state";
  const std::unique_ptr<WritableFile> file = environment.files().open_write(path);
  file->append("not state");
  file->close();
  const std::string error = error_of([&] { rows_of(environment.files(), "q/group_aggregate", ""); });
  EXPECT_NE(error.find(path), std::string::npos) << error;
  EXPECT_NE(error.find("Use an older checkpoint"), std::string::npos) << error;
}

}  // namespace
}  // namespace tidemill
