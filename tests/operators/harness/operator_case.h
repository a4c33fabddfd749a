// tests/operators/harness/operator_case.h - one script of rows, watermarks and expectations, run in every way that must
// not matter. Rule: rows one by one, by seven and all at once; with and without a restore after every event; with
// watermarks after every event and only where the script asks: all give the same.
//
//   OperatorCase test([&] { return make_operator(spec); }, {.inputs = {schema}, .output = spec.schema});
//   test.read_from_split(0, {.time_column = 1, .delay_ms = 1000});
//   test.rows("a | T500\n a | T2500");
//   test.expect("+I | a | 1");
//   test.finish();
//   test.expect("+I | a | 1");
//   test.run();
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/operators/harness/operator_harness.h"

namespace tidemill {

class OperatorCase {
 public:
  OperatorCase(MakeOperator make, HarnessOptions options);

  // Rows of `port` come from one split with this watermark; otherwise they come from an operator and lateness is judged
  // by watermark() alone.
  void read_from_split(int32_t port, SplitWatermark split);
  // Output columns that identify a key: the changes of each key are compared in order. None (default): the changes are
  // compared as a bag.
  void compare_by(std::vector<int32_t> key_columns) { key_columns_ = std::move(key_columns); }
  // A barrier shows in what comes out (mini-batch): no way has checkpoints that the script does not ask for.
  void only_barriers_of_the_script() { restores_ = false; }

  // The script.
  void rows(std::string_view rows, int32_t port = 0);
  void watermark(EpochMillis time, int32_t port = 0);
  void idle(bool idle, int32_t port = 0);
  void set_time(EpochMillis now);
  void barrier(BarrierKind kind = BarrierKind::kPublish);
  void finish();
  // What was emitted since the last expect(), in the form of data/pretty.h. Ports that read from a split first say
  // their watermark.
  void expect(std::string_view rows);
  void expect_watermark(EpochMillis time);
  void expect_late(int64_t rows) { expect_counter(counter::kLateRecordsDropped, rows); }
  void expect_counter(std::string_view name, int64_t value);
  // Does anything to the harness, in every way.
  void then(std::function<void(OperatorHarness&)> call);

  // Runs the script in every way; a difference is a failure of the running test that names the way.
  void run() const;

 private:
  struct Way {
    int32_t rows_per_batch;
    bool restore_after_each;
    bool watermark_after_each;
    std::string name() const;
  };
  using Step = std::function<void(OperatorHarness&, const Way&)>;

  void run(const Way& way) const;
  std::string normal_form(std::vector<std::string> rows) const;

  MakeOperator make_;
  HarnessOptions options_;
  std::vector<std::pair<int32_t, SplitWatermark>> splits_;
  std::vector<int32_t> key_columns_;
  bool restores_ = true;
  std::vector<Step> steps_;
};

}  // namespace tidemill
