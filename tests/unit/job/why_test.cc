// What 'why' says, cause by cause.
#include "job/why.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "job/why_view.h"

namespace tidemill {
namespace {

constexpr EpochMillis kNow = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
const std::string kWindow = "WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[5 s])], select=[k])";

// A running job: source 'orders' ▸ filter ▸ window ▸ sink 'out', of which nothing is known yet.
class WhyTest : public testing::Test {
 protected:
  WhyTest() {
    input.status.state = JobState::kRunning;
    input.status.now = kNow;
    input.status.started = kNow - 10'000;
    input.sinks = {{"out/sink", "out", false}};
    TaskInspection source;
    source.name = "source-0";
    source.source_id = "source(orders)";
    source.source_name = "TableSourceScan(table=[[default_catalog, default_database, orders]], fields=[k])";
    input.tasks.push_back(source);
    TaskInspection window;
    window.number = 1;
    window.name = "window-0";
    window.operators.push_back({"window", kWindow, 0, kNoWatermark, std::nullopt});
    input.tasks.push_back(window);
    rows(0, 0, 0, 0);
  }

  void rows(int64_t read, int64_t filtered, int64_t fired, int64_t late) {
    using Counters = std::map<std::string, int64_t>;
    JobMetrics& metrics = input.status.metrics;
    metrics.operators = {{"source(orders)", input.tasks[0].source_name, 0, Counters{{"numRecordsOut", read}}, 0},
                         {"filter", "Calc(select=[k], where=[(x > 1)])", 0,
                          Counters{{"numRecordsIn", read}, {"numRecordsOut", filtered}}, 0},
                         {"window", kWindow, 0, Counters{{"numRecordsIn", filtered}, {"numRecordsOut", fired}}, 0},
                         {"out/sink", "Sink(table=[default_catalog.default_database.out], fields=[k])", 0,
                          Counters{{"numRecordsIn", fired}, {"numRecordsOut", 0}}, 0}};
    if (late > 0) {
      metrics.operators[2].counters["numLateRecordsDropped"] = late;
      metrics.operators[2].counters["numLateRecordsDropped.window_closed"] = late;
    }
    metrics.rows_in = read;
    metrics.rows_out = fired;
    metrics.rows_late = late;
  }
  void splits(std::vector<SplitInspection> splits) { input.tasks[0].splits = std::move(splits); }
  void window(EpochMillis watermark, EpochMillis end) {
    input.tasks[1].operators[0].watermark = watermark;
    input.tasks[1].operators[0].next_firing = NextFiring{end, end - 1, false, false};
  }
  void expect(WhyCause cause, const std::string& verdict) {
    const Why why = explain_output(input);
    EXPECT_EQ(why.verdict, verdict);
    EXPECT_EQ(why.cause, cause);
  }
  bool has_detail(const std::string& line) {
    const Why why = explain_output(input);
    return std::find(why.details.begin(), why.details.end(), line) != why.details.end();
  }

  WhyInput input;
};

TEST_F(WhyTest, NothingWasFound) {
  expect(WhyCause::kNoRows, "No row has been read yet. orders has found nothing to read: no file or partition yet.");
}

TEST_F(WhyTest, EverySplitIsReadToItsEnd) {
  splits({{"a", kNoWatermark, false, kNow - 500}, {"b", kNoWatermark, false, kNow - 500}});
  expect(WhyCause::kNoRows,
         "No row has been read yet. orders is read to its present end in all of its 2 splits: it waits for new rows.");
}

TEST_F(WhyTest, NoRecordCouldBeRead) {
  input.status.metrics.rows_in_errors = 7;
  expect(WhyCause::kAllInErrors,
         "No row could be read: 7 records are not as their table declares (numRecordsInErrors). Compare the table's "
         "columns and format options with the data.");
}

TEST_F(WhyTest, TheWatermarkIsBehindTheNextWindowAndASplitHoldsIt) {
  rows(100, 60, 0, 0);
  splits({{"p1", kNow - 3000, false, std::nullopt},
          {"p2", kNow - 9000, false, kNow - 4200},
          {"p3", kNow - 20'000, true, kNow - 15'000}});
  window(kNow - 9000, kNow - 5000);
  expect(WhyCause::kEventTime,
         "Windows wait for event time: the next window of WindowAggregate TUMBLE(ts, 5 s) by k ends at 2023-12-31 "
         "23:59:55.000, and the watermark is 2023-12-31 23:59:51.000, 3.9 s short of it. Split 'p2' of orders holds it "
         "back (no new row for 4.2 s). SET 'table.exec.source.idle-timeout' = '10 s' lets a split go that has no new "
         "rows.");
  EXPECT_TRUE(has_detail("source orders: 3 splits"));
  EXPECT_TRUE(
      has_detail("  split 'p2': watermark 2023-12-31 23:59:51.000, no new row for 4.2 s  <- holds the watermark back"));
  EXPECT_TRUE(has_detail("  split 'p1': watermark 2023-12-31 23:59:57.000, more of it is to be read"));
  EXPECT_TRUE(has_detail(
      "  split 'p3': watermark 2023-12-31 23:59:40.000, idle: no row for 15.0 s, and it holds nothing back"));
  EXPECT_TRUE(
      has_detail("window WindowAggregate TUMBLE(ts, 5 s) by k: next end 2023-12-31 23:59:55.000, reached "
                 "2023-12-31 23:59:51.000, 3.9 s to go"));
  EXPECT_TRUE(has_detail("rows Calc: 100 in, 60 out"));
}

TEST_F(WhyTest, ASplitWithoutRowsGivesNoWatermarkAtAll) {
  rows(100, 100, 0, 0);
  splits({{"p1", kNow, false, std::nullopt}, {"empty", kNoWatermark, false, kNow - 2000}});
  window(kNoWatermark, kNow + 5000);
  expect(WhyCause::kNoWatermark,
         "Windows wait for a watermark, and there is none yet: the next window of WindowAggregate TUMBLE(ts, 5 s) by k "
         "ends at 2024-01-01 00:00:05.000. Split 'empty' of orders holds it back (no new row for 2.0 s). SET "
         "'table.exec.source.idle-timeout' = '10 s' lets a split go that has no new rows.");
  input.tasks[0].idle_timeout = 10'000;
  expect(WhyCause::kNoWatermark,
         "Windows wait for a watermark, and there is none yet: the next window of WindowAggregate TUMBLE(ts, 5 s) by k "
         "ends at 2024-01-01 00:00:05.000. Split 'empty' of orders holds it back (no new row for 2.0 s). It is let go "
         "after 10.0 s without a row (table.exec.source.idle-timeout).");
}

TEST_F(WhyTest, TheDelayOfTheWatermarkIsLongerThanTheData) {
  rows(100, 100, 0, 0);
  splits({{"p1", kNow - 3'600'000, false, kNow - 2000, kNow}});
  input.tasks[0].newest = kNow;
  window(kNow - 3'600'000, kNow - 60'000);
  const std::string verdict =
      "Windows wait for event time: the next window of WindowAggregate TUMBLE(ts, 5 s) by k ends at 2023-12-31 "
      "23:59:00.000. Rows up to 2024-01-01 00:00:00.000 have been read, and WATERMARK FOR of orders waits 1 h 0 min "
      "longer: rows 58 min 59 s newer complete it, or a shorter delay.";
  expect(WhyCause::kDelay, verdict);
  splits({});  // a directory that is watched, whose files have all been read
  expect(WhyCause::kDelay, verdict);
}

TEST_F(WhyTest, ARowIsDatedFarAheadOfTheClock) {
  rows(100, 100, 0, 99);
  splits({{"p1", kNow + 400 * 86'400'000LL, false, kNow, kNow + 400 * 86'400'000LL}});
  input.tasks[0].newest = kNow + 400 * 86'400'000LL;
  window(kNow + 400 * 86'400'000LL, kNow + 400 * 86'400'000LL + 5000);
  expect(WhyCause::kFuture,
         "A row of orders is dated 2025-02-04 00:00:00.000, 400 d 0 h ahead of the clock: 99 rows behind it came too "
         "late. Leave such rows out before WATERMARK FOR sees them, or read the column in its unit "
         "(TO_TIMESTAMP_LTZ(x, 3) for milliseconds).");
}

TEST_F(WhyTest, RowsThatAJoinHolds) {
  rows(100, 100, 0, 0);
  splits({{"p1", kNow - 9000, false, std::nullopt, kNow - 9000}});
  input.tasks[1].operators[0].name = "IntervalJoin(joinType=[InnerJoin])";
  window(kNow - 9000, kNow - 5000);
  input.status.metrics.operators[2].name = input.tasks[1].operators[0].name;
  expect(WhyCause::kEventTime,
         "Rows wait for event time: the next rows that IntervalJoin holds are due at 2023-12-31 23:59:55.000, and the "
         "watermark is 2023-12-31 23:59:51.000, 3.9 s short of it. Only newer rows of orders move it on (more of it is "
         "to be read).");
}

TEST_F(WhyTest, AJobThatHasReadAllItsInput) {
  input.status.state = JobState::kFinished;
  rows(100, 100, 40, 5);
  expect(WhyCause::kEnding, "All input was read to its end: 40 rows came out. 5 rows came too late.");
  rows(100, 0, 0, 0);
  expect(WhyCause::kAllFiltered, "No row passes Calc: 100 in, none out. Its conditions may be too narrow.");
}

TEST_F(WhyTest, AllSplitsAreIdle) {
  rows(100, 100, 0, 0);
  splits({{"p1", kNow, true, kNow - 20'000}});
  window(kNow, kNow + 5000);
  expect(WhyCause::kEventTime,
         "Windows wait for event time: the next window of WindowAggregate TUMBLE(ts, 5 s) by k ends at 2024-01-01 "
         "00:00:05.000, and the watermark is 2024-01-01 00:00:00.000, 4.9 s short of it. All splits are idle: the next "
         "row "
         "moves it on.");
}

TEST_F(WhyTest, EveryRowIsFiltered) {
  rows(100, 0, 0, 0);
  expect(WhyCause::kAllFiltered, "No row passes Calc: 100 in, none out. Its conditions may be too narrow.");
}

TEST_F(WhyTest, EveryRowIsLate) {
  rows(100, 50, 0, 50);
  expect(
      WhyCause::kAllLate,
      "All 50 rows that reached WindowAggregate TUMBLE(ts, 5 s) by k came after their windows had closed. If that is "
      "not meant, let WATERMARK FOR wait longer.");
  EXPECT_TRUE(has_detail("  50 late (window_closed)"));
}

TEST_F(WhyTest, WindowsOfTheClock) {
  rows(100, 100, 0, 0);
  input.tasks[1].operators[0].next_firing = NextFiring{kNow + 3200, kNow + 3199, false, true};
  expect(WhyCause::kEventTime,
         "Windows wait for the clock: the next window of WindowAggregate TUMBLE(ts, 5 s) by k ends at 2024-01-01 "
         "00:00:03.200, in 3.1 s.");
}

TEST_F(WhyTest, FilesAreShownByTheNextCheckpoint) {
  rows(100, 100, 40, 0);
  input.sinks[0].shows_rows_by_epoch = true;
  input.status.checkpoints.next_at = kNow + 6500;
  expect(WhyCause::kCheckpoint,
         "40 rows reached the sinks. Files of out are seen once a checkpoint completes; the next one is due in 6.5 s.");
  input.status.checkpoints.next_at = kMaxWatermark;
  expect(WhyCause::kCheckpoint,
         "40 rows reached the sinks. Files of out are seen once a checkpoint completes; and this job takes none before "
         "its "
         "end. Give it --checkpoint-dir, or SET 'execution.checkpointing.interval'.");
  input.status.checkpoints.completed = 1;
  expect(WhyCause::kOutputFlows, "Output flows: 40 rows so far.");
}

TEST_F(WhyTest, SomethingDoesNotKeepUp) {
  rows(100, 100, 0, 0);
  input.status.metrics.operators[2].counters["numRecordsOut"] = 100;
  input.tasks[1].block = TaskBlock::kSinkBusy;
  expect(WhyCause::kBackpressure, "window-0 waits: its sink takes no rows for now.");
  EXPECT_TRUE(has_detail("backpressure window-0: its sink takes no rows for now"));
  input.tasks[1].block = TaskBlock::kNone;
  expect(WhyCause::kQuiet, "Rows are on their way: nothing holds them, and none has reached a sink yet.");
  EXPECT_TRUE(has_detail("backpressure: none"));
}

TEST_F(WhyTest, AJobThatEnds) {
  input.status.state = JobState::kStopping;
  expect(WhyCause::kEnding, "The job is STOPPING.");
}

TEST_F(WhyTest, NoMoreSplitsAreShownThanPeopleRead) {
  std::vector<SplitInspection> many;
  for (int i = 0; i < 100; ++i) many.push_back({fmt::format("p{}", i), kNow - i, false, std::nullopt});
  splits(many);
  EXPECT_TRUE(has_detail("  and 80 more, none of them behind these"));
  EXPECT_LT(explain_output(input).details.size(), 40u);
  ControlJson answer;
  add_why(answer, input, explain_output(input));
  EXPECT_EQ(answer["sources"][0]["splits"].size(), 100u);  // programs get all
}

TEST(ShortOperatorName, KeepsWhatPeopleCallIt) {
  EXPECT_EQ(short_operator_name(kWindow), "WindowAggregate TUMBLE(ts, 5 s) by k");
  EXPECT_EQ(short_operator_name("WindowAggregate(window=[HOP(time_col=[ts], size=[1 h], slide=[5 min])])"),
            "WindowAggregate HOP(ts, 1 h, 5 min)");
  EXPECT_EQ(short_operator_name("Sink(table=[default_catalog.default_database.out], fields=[k])"), "out");
  EXPECT_EQ(short_operator_name("Source[log]"), "Source[log]");
  EXPECT_EQ(short_operator_name("Odd(table=["), "Odd");
}

}  // namespace
}  // namespace tidemill
