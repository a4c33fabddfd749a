#include "benchmarks/latency/paced_source.h"

#include <algorithm>

#include "benchmarks/support/figures.h"
#include "benchmarks/support/one_split.h"
#include "data/column_builder.h"
#include "data/pretty.h"

namespace tidemill::bench {
namespace {

constexpr std::string_view kSplit = "paced";
constexpr const char* kColumns = "k BIGINT NOT NULL, ts TIMESTAMP(3) NOT NULL, given DOUBLE NOT NULL";

class PacedReader final : public Reader {
 public:
  PacedReader(const Pace& pace, GivenTimes& times, const std::vector<int32_t>& projection, SchemaPtr schema,
              Clock& clock)
      : pace_(pace), times_(times), projection_(projection), schema_(std::move(schema)), clock_(clock) {}

  void add_splits(std::vector<Split>) override {}

  ReadResult poll(int32_t max_rows, std::string_view) override {
    ReadResult result;
    result.split = kSplit;
    const double now = wall_seconds();
    if (begun_ == 0) begun_ = now;
    const int64_t all = pace_.rows_per_second * pace_.seconds;
    const auto due = std::min(static_cast<int64_t>((now - begun_) * static_cast<double>(pace_.rows_per_second)), all);
    if (next_ == all) {
      result.split_ended = ended_ = true;
      result.next = ReadResult::Next::kEnd;
    } else if (due == next_) {
      result.caught_up = true;
      result.next = ReadResult::Next::kWait;
      result.wake_at = clock_.now() + pace_.pause_ms;
    } else {
      result.batch = rows(static_cast<int32_t>(std::min<int64_t>(due - next_, max_rows)), now);
    }
    return result;
  }
  std::vector<Split> positions() const override {
    if (ended_) return {};
    return {{std::string(kSplit), std::to_string(next_)}};
  }

 private:
  int64_t event_ms(int64_t number) const { return number * 1'000 / pace_.rows_per_second; }

  Batch rows(int32_t count, double given_s) {
    std::vector<ColumnBuilder> builders;
    for (const Field& field : columns_->fields()) builders.emplace_back(field.type);
    for (int32_t i = 0; i < count; ++i, ++next_) {
      builders[0].append(next_ * 2'654'435'761 % pace_.keys);
      builders[1].append(event_ms(next_));
      builders[2].append(given_s);
    }
    times_.note(event_ms(next_ - 1), given_s);
    std::vector<ColumnPtr> all;
    for (ColumnBuilder& builder : builders) all.push_back(builder.finish());
    std::vector<ColumnPtr> columns;
    for (const int32_t column : projection_) columns.push_back(all[static_cast<size_t>(column)]);
    return Batch(schema_, std::move(columns), count);
  }

  const Pace& pace_;
  GivenTimes& times_;
  const std::vector<int32_t>& projection_;
  const SchemaPtr schema_;
  const SchemaPtr columns_ = parse_schema(kColumns);
  Clock& clock_;
  double begun_ = 0;
  int64_t next_ = 0;
  bool ended_ = false;
};

class PacedSource final : public Source {
 public:
  PacedSource(const Pace& pace, GivenTimes& times, const TableDescription& table)
      : pace_(pace), times_(times), projection_(table.projection), schema_(source_schema(table, {}, "paced")) {}
  SchemaPtr schema() const override { return schema_; }
  bool bounded() const override { return false; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment&, std::string_view) const override {
    return std::make_unique<OneSplit>(kSplit);
  }
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask&) const override {
    return std::make_unique<PacedReader>(pace_, times_, projection_, schema_, environment.clock);
  }
  std::string description() const override { return "paced"; }

 private:
  const Pace& pace_;
  GivenTimes& times_;
  const std::vector<int32_t> projection_;
  SchemaPtr schema_;
};

class PacedConnector final : public Connector {
 public:
  PacedConnector(const Pace& pace, GivenTimes& times) : pace_(pace), times_(times) {}
  std::string_view name() const override { return "paced"; }
  std::string_view doc() const override { return "Rows at a pace."; }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_read() const override { return true; }
  std::shared_ptr<const Source> make_source(const TableDescription& table, const FormatRegistry&) const override {
    return std::make_shared<PacedSource>(pace_, times_, table);
  }

 private:
  const Pace& pace_;
  GivenTimes& times_;
};

}  // namespace

void GivenTimes::note(int64_t ms, double given_s) {
  for (; noted_until_ms_ < ms; ++noted_until_ms_) by_ms_[static_cast<size_t>(noted_until_ms_ + 1)] = given_s;
}

std::unique_ptr<const Connector> make_paced_connector(const Pace& pace, GivenTimes& times) {
  return std::make_unique<PacedConnector>(pace, times);
}

}  // namespace tidemill::bench
