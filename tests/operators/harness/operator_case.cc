#include "tests/operators/harness/operator_case.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

std::vector<std::string> lines_of(const Batch& batch) {
  std::vector<std::string> lines;
  for (int32_t row = 0; row < batch.num_rows(); ++row) lines.push_back(row_to_pretty(batch, row));
  return lines;
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '\'') quoted = !quoted;
    if (i < line.size() && (line[i] != '|' || quoted)) continue;
    cells.push_back(line.substr(begin, i - begin));
    begin = i + 1;
  }
  return cells;
}

}  // namespace

std::string OperatorCase::Way::name() const {
  return fmt::format("{} rows a batch{}{}", rows_per_batch == kBatchRowsMax ? "all" : std::to_string(rows_per_batch),
                     restore_after_each ? ", restored after each event" : "",
                     watermark_after_each ? ", a watermark after each event" : "");
}

OperatorCase::OperatorCase(MakeOperator make, HarnessOptions options)
    : make_(std::move(make)), options_(std::move(options)) {}

void OperatorCase::read_from_split(int32_t port, SplitWatermark split) { splits_.emplace_back(port, split); }

void OperatorCase::rows(std::string_view rows, int32_t port) {
  const Batch batch = parse_batch(options_.inputs[static_cast<size_t>(port)], rows);
  steps_.push_back([batch, port](OperatorHarness& harness, const Way& way) {
    for (int32_t first = 0; first < batch.num_rows(); first += way.rows_per_batch) {
      harness.push(batch.slice(first, std::min(way.rows_per_batch, batch.num_rows() - first)), port);
      if (way.watermark_after_each) harness.split_watermarks();
      if (way.restore_after_each) harness.snapshot_and_restore();
    }
  });
}

void OperatorCase::watermark(EpochMillis time, int32_t port) {
  then([time, port](OperatorHarness& harness) { harness.watermark(time, port); });
}
void OperatorCase::idle(bool idle, int32_t port) {
  then([idle, port](OperatorHarness& harness) { harness.idle(idle, port); });
}
void OperatorCase::set_time(EpochMillis now) {
  then([now](OperatorHarness& harness) { harness.set_time(now); });
}
void OperatorCase::barrier(BarrierKind kind) {
  then([kind](OperatorHarness& harness) { harness.barrier(kind); });
}
void OperatorCase::finish() {
  steps_.push_back([](OperatorHarness& harness, const Way&) { harness.finish(); });
}

void OperatorCase::then(std::function<void(OperatorHarness&)> call) {
  steps_.push_back([call = std::move(call)](OperatorHarness& harness, const Way& way) {
    call(harness);
    if (way.restore_after_each) harness.snapshot_and_restore();
  });
}

void OperatorCase::expect(std::string_view rows) {
  // Parsed and written again, so that any spelling of a value may be used.
  std::vector<std::string> expected(1, std::string(rows));
  if (options_.output != nullptr) expected = lines_of(parse_batch(options_.output, rows));
  steps_.push_back([this, expected](OperatorHarness& harness, const Way& way) {
    harness.split_watermarks();
    EXPECT_EQ(normal_form(harness.take_rows()), normal_form(expected)) << way.name();
  });
}

void OperatorCase::expect_watermark(EpochMillis time) {
  steps_.push_back([time](OperatorHarness& harness, const Way& way) {
    harness.split_watermarks();
    EXPECT_EQ(harness.output_watermark(), time) << way.name();
  });
}

void OperatorCase::expect_counter(std::string_view name, int64_t value) {
  steps_.push_back([name = std::string(name), value](OperatorHarness& harness, const Way& way) {
    EXPECT_EQ(harness.counter(name), value) << name << ": " << way.name();
  });
}

std::string OperatorCase::normal_form(std::vector<std::string> rows) const {
  if (key_columns_.empty()) {
    std::sort(rows.begin(), rows.end());
  } else {
    const auto key_of = [&](const std::string& row) {
      std::string key;
      const std::vector<std::string_view> cells = cells_of(row);
      for (const int32_t column : key_columns_) key += fmt::format("{}|", cells.at(static_cast<size_t>(column) + 1));
      return key;
    };
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const std::string& a, const std::string& b) { return key_of(a) < key_of(b); });
  }
  return fmt::format("{}", fmt::join(rows, "\n"));
}

void OperatorCase::run() const {
  for (const int32_t rows_per_batch : {1, 7, kBatchRowsMax})
    for (const bool restore : {false, true})
      for (const bool watermark : {false, true}) {
        if (restore && !restores_) continue;
        const Way way{rows_per_batch, restore, watermark};
        try {
          run(way);
        } catch (const std::exception& error) {
          ADD_FAILURE() << way.name() << ": " << error.what();
        }
      }
}

void OperatorCase::run(const Way& way) const {
  OperatorHarness harness(make_, options_);
  for (const auto& [port, split] : splits_) harness.read_from_split(port, split);
  for (const Step& step : steps_) step(harness, way);
  EXPECT_EQ(normal_form(harness.take_rows()), "") << "emitted after the last expect(): " << way.name();
}

}  // namespace tidemill
