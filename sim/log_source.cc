#include "sim/log_source.h"

#include <charconv>

#include "base/check.h"

namespace tidemill::sim {
namespace {

constexpr DurationMillis kWaitMsMax = 20;

struct Log {
  SchemaPtr schema;
  std::vector<LogSplit> splits;
  LogSourceOptions options;

  const Batch& rows(std::string_view id) const {
    for (const LogSplit& split : splits)
      if (split.id == id) return split.rows;
    CHECK_MSG(false, "no split '{}'", id);
  }
};

class LogReader final : public Reader {
 public:
  LogReader(const Log& log, Environment& environment) : log_(log), environment_(environment) {}

  void add_splits(std::vector<Split> splits) override {
    for (Split& split : splits) {
      Open& open = open_.emplace_back();
      open.id = std::make_shared<const std::string>(split.id);
      std::from_chars(split.position.data(), split.position.data() + split.position.size(), open.position);
      if (open.position > 0 && environment_.faults.maybe("mutation.split_offset_by_one")) --open.position;
    }
  }

  ReadResult poll(int32_t max_rows, std::string_view preferred) override {
    ReadResult result;
    if (open_.empty()) {
      result.next = log_.options.bounded ? ReadResult::Next::kEnd : ReadResult::Next::kWait;
      return result;
    }
    const size_t chosen = choose(preferred);
    Open& open = open_[chosen];
    const Batch& rows = log_.rows(*open.id);
    result.split = *open.id;
    const int32_t left = rows.num_rows() - open.position;
    if (left > 0 && waits()) {
      result.next = ReadResult::Next::kWait;
      result.wake_at =
          environment_.clock.now() + 1 + static_cast<DurationMillis>(environment_.random.below(kWaitMsMax));
      return result;
    }
    if (left > 0) read(open, rows, std::min(left, rows_at_a_time(max_rows)), result);
    if (open.position < rows.num_rows()) return result;
    finish(chosen, result);
    return result;
  }

  std::vector<Split> positions() const override {
    std::vector<Split> positions;
    for (const Open& open : open_) positions.push_back({*open.id, std::to_string(open.position)});
    return positions;
  }

 private:
  struct Open {
    std::shared_ptr<const std::string> id;
    int32_t position = 0;
  };

  size_t choose(std::string_view preferred) const {
    if (!log_.options.ignore_preferred)
      for (size_t i = 0; i < open_.size(); ++i)
        if (*open_[i].id == preferred) return i;
    return environment_.random.below(open_.size());
  }
  bool waits() const {
    return static_cast<double>(environment_.random.next() >> 11) * 0x1p-53 < log_.options.wait_probability;
  }
  int32_t rows_at_a_time(int32_t max_rows) const {
    if (!log_.options.random_batches) return max_rows;
    return 1 + static_cast<int32_t>(environment_.random.below(static_cast<uint64_t>(max_rows)));
  }
  static void read(Open& open, const Batch& rows, int32_t count, ReadResult& result) {
    result.batch = rows.slice(open.position, count);
    result.batch->set_origin({open.id, open.position, nullptr});
    open.position += count;
  }
  void finish(size_t chosen, ReadResult& result) {
    if (!log_.options.bounded) {
      result.caught_up = true;
      const bool rest = std::any_of(open_.begin(), open_.end(),
                                    [&](const Open& o) { return o.position < log_.rows(*o.id).num_rows(); });
      if (!rest) result.next = ReadResult::Next::kWait;
      return;
    }
    ended_.push_back(open_[chosen].id);  // result.split stays readable
    open_.erase(open_.begin() + static_cast<ptrdiff_t>(chosen));
    result.split_ended = true;
    if (open_.empty()) result.next = ReadResult::Next::kEnd;
  }

  const Log& log_;
  Environment& environment_;
  std::vector<Open> open_;
  std::vector<std::shared_ptr<const std::string>> ended_;
};

class LogEnumerator final : public SplitEnumerator {
 public:
  LogEnumerator(const Log& log, bool discovered) : log_(log), discovered_(discovered) {}
  std::vector<Split> discover() override {
    if (std::exchange(discovered_, true)) return {};
    std::vector<Split> splits;
    for (const LogSplit& split : log_.splits) splits.push_back({split.id, ""});
    return splits;
  }
  std::optional<DurationMillis> rediscovery_interval_ms() const override { return std::nullopt; }
  std::string snapshot() const override { return discovered_ ? "all" : ""; }

 private:
  const Log& log_;
  bool discovered_;
};

class LogSource final : public Source {
 public:
  explicit LogSource(Log log) : log_(std::move(log)) {}
  SchemaPtr schema() const override { return log_.schema; }
  bool bounded() const override { return log_.options.bounded; }
  bool append_only() const override { return log_.options.append_only; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment&, std::string_view restored) const override {
    return std::make_unique<LogEnumerator>(log_, !restored.empty());
  }
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask&) const override {
    return std::make_unique<LogReader>(log_, environment);
  }
  std::string description() const override { return fmt::format("log of {} splits", log_.splits.size()); }

 private:
  const Log log_;
};

}  // namespace

std::shared_ptr<const Source> make_log_source(SchemaPtr schema, std::vector<LogSplit> splits,
                                              LogSourceOptions options) {
  return std::make_shared<LogSource>(Log{std::move(schema), std::move(splits), options});
}

}  // namespace tidemill::sim
