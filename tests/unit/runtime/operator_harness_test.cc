// The harness is a test tool: here it must accept an operator that keeps its contract, and find each way to break it.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/operators/harness/operator_case.h"

namespace tidemill {
namespace {

const SchemaPtr kInput = parse_schema("k STRING, ts TIMESTAMP(3) *ROWTIME*");
const SchemaPtr kOutput = parse_schema("k STRING, n BIGINT");

enum class Defect : uint8_t { kNone, kForgetsCounts, kDependsOnBatch, kWrongRetraction, kWrongSchema, kLosesTimers };

// Counts late rows, and how many rows of each key came; emits the count at each row, retracting the one before; at the
// watermark that passes a key's last time plus ten it emits (key, -1).
class RunningCount final : public Operator {
 public:
  explicit RunningCount(Defect defect) : defect_(defect) {}

  void open(OperatorContext& context) override {
    context_ = &context;
    TableDescriptor descriptor;
    descriptor.name = "counts";
    descriptor.key_types = {Type::string()};
    descriptor.fields = {RecordField::int64("n")};
    if (defect_ == Defect::kForgetsCounts) {
      forgotten_ = std::make_unique<StateStore>();
      table_ = &forgotten_->record_table(descriptor);
    } else {
      table_ = &context.state().record_table(descriptor);
    }
    if (defect_ != Defect::kLosesTimers) timers_ = &context.state().timers({"timers", {Type::string()}});
  }

  int32_t rows_before_firing(const Batch& input, int32_t first, int32_t) override {
    return defect_ == Defect::kDependsOnBatch ? input.num_rows() - first : 1;
  }

  void process(Batch input, int32_t, Output& output) override {
    const auto times = input.column(1)->decode<int64_t>();
    KeyBatch keys(table_->key_layout());
    const std::vector<ColumnPtr> columns = {input.column(0)};
    keys.assign(columns, input.num_rows());
    std::string text;
    for (int32_t row = 0; row < input.num_rows(); ++row) {
      const EpochMillis watermark = std::max(input.progress().at(row), context_->watermark());
      if (input.progress().from_split && times[row] <= watermark) {
        const LateRow late[] = {{row, times[row], watermark}};
        context_->late_rows(input, late, "test");
        continue;
      }
      text += change(input, row, keys);
      if (timers_ != nullptr) timers_->add(keys[row], times[row] + 10);
    }
    context_->state().release();
    if (defect_ == Defect::kWrongSchema) return output.emit(parse_batch(parse_schema("k STRING"), "+I | a"));
    if (!text.empty()) output.emit(parse_batch(kOutput, text));
  }

  void on_watermark(EpochMillis watermark, Output& output) override {
    if (timers_ == nullptr) return;
    DueTimers due(timers_->key_layout());
    std::string text;
    while (timers_->pop_due(watermark, 100, due)) {
      ColumnBuilder names(Type::string());
      due.keys.decode(std::span(&names, 1));
      const ColumnPtr column = names.finish();
      for (int32_t i = 0; i < due.size(); ++i) text += fmt::format("+I | {} | -1\n", column->text(i));
    }
    context_->state().release();
    if (!text.empty()) output.emit(parse_batch(kOutput, text));
  }

 private:
  std::string change(const Batch& input, int32_t row, const KeyBatch& keys) {
    const std::string_view key = input.column(0)->text(row);
    int64_t& count = slot(keys, row);
    const int64_t before = count++;
    if (defect_ == Defect::kDependsOnBatch && input.num_rows() > 1) return fmt::format("+I | {} | {}\n", key, count);
    std::string text;
    if (before > 0) text = fmt::format("-U | {} | {}\n", key, defect_ == Defect::kWrongRetraction ? 99 : before);
    return text + fmt::format("{} | {} | {}\n", before > 0 ? "+U" : "+I", key, count);
  }
  int64_t& slot(const KeyBatch& keys, int32_t row) {
    bool created = false;
    std::byte* record = table_->upsert(keys[row], created);
    return *reinterpret_cast<int64_t*>(record + RecordLayout(table_->descriptor()).offset("n"));
  }

  const Defect defect_;
  OperatorContext* context_ = nullptr;
  std::unique_ptr<StateStore> forgotten_;
  RecordTable* table_ = nullptr;
  TimerQueue* timers_ = nullptr;
};

OperatorCase running_count(Defect defect) {
  OperatorCase test([defect] { return std::make_unique<RunningCount>(defect); },
                    {.inputs = {kInput}, .output = kOutput});
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 1, .delay_ms = 5});
  return test;
}

void script(OperatorCase& test) {
  test.rows("a | T100\n b | T100\n a | T101");
  test.expect("+I | a | 1\n+I | b | 1\n-U | a | 1\n+U | a | 2");
  test.rows("a | T112\n a | T50\n c | T130\n b | T131");  // a's first timer, 110, is not due at 107
  test.expect(
      "-U | a | 2\n+U | a | 3\n+I | a | -1\n+I | a | -1\n+I | a | -1\n+I | b | -1\n-U | b | 1\n+U | b | 2\n+I | c | 1");
  test.expect_late(1);
  test.finish();
  test.expect("+I | b | -1\n+I | c | -1");
  test.expect_watermark(kMaxWatermark);
}

TEST(OperatorHarness, AcceptsAnOperatorThatKeepsTheContract) {
  OperatorCase test = running_count(Defect::kNone);
  script(test);
  test.run();
}

// Runs the script and returns what the harness complained about.
std::string complaints_about(Defect defect) {
  testing::TestPartResultArray results;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    OperatorCase test = running_count(defect);
    script(test);
    test.run();
  }
  std::string text;
  for (int i = 0; i < results.size(); ++i) text += results.GetTestPartResult(i).message();
  return text;
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(OperatorHarness, FindsStateThatIsNotDeclared) {
  EXPECT_TRUE(mentions(complaints_about(Defect::kForgetsCounts), "restored after each event"));
}
TEST(OperatorHarness, FindsTimersThatAreMissing) { EXPECT_NE(complaints_about(Defect::kLosesTimers), ""); }
TEST(OperatorHarness, FindsWhatDependsOnBatchEdges) {
  const std::string text = complaints_about(Defect::kDependsOnBatch);
  EXPECT_TRUE(mentions(text, "all rows a batch")) << text;
  EXPECT_FALSE(mentions(text, "1 rows a batch")) << text;
}
TEST(OperatorHarness, FindsARetractionOfARowNeverSent) {
  EXPECT_TRUE(
      mentions(complaints_about(Defect::kWrongRetraction), "took back a row that it had not sent: -U | a | 99"));
}
TEST(OperatorHarness, FindsAWrongSchema) {
  EXPECT_TRUE(mentions(complaints_about(Defect::kWrongSchema), "sent 1 columns, not 2"));
}

}  // namespace
}  // namespace tidemill
