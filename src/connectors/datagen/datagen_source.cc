#include "connectors/datagen/datagen_source.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/hash.h"
#include "base/int128.h"

namespace tidemill {
namespace {

constexpr std::string_view kSplitId = "datagen";
constexpr DurationMillis kPauseMsMin = 20;  // rows of this long make one batch: about 50 wake-ups a second
constexpr int64_t kNanosPerSecond = 1'000'000'000;

// "<seed> <next row>"
struct Position {
  uint64_t seed = 0;
  int64_t row = 0;

  std::string to_string() const { return fmt::format("{} {}", seed, row); }
  static Position parse(std::string_view text) {
    Position position;
    const char* const end = text.data() + text.size();
    auto result = std::from_chars(text.data(), end, position.seed);
    if (result.ec == std::errc() && result.ptr != end) result = std::from_chars(result.ptr + 1, end, position.row);
    if (result.ec != std::errc() || result.ptr != end)
      throw UserError(fmt::format("A saved position of made-up rows is damaged: '{}'", text),
                      "The checkpoint cannot be used; restore an older one.");
    return position;
  }
};

class DatagenEnumerator final : public SplitEnumerator {
 public:
  DatagenEnumerator(const DatagenSettings& settings, Random& random, bool given)
      : settings_(settings), random_(random), given_(given) {}
  std::vector<Split> discover() override {
    if (given_) return {};
    given_ = true;
    const Position start = {settings_.seed ? *settings_.seed : random_.next(), 0};
    return {{std::string(kSplitId), start.to_string()}};
  }
  std::optional<DurationMillis> rediscovery_interval_ms() const override { return std::nullopt; }
  std::string snapshot() const override { return given_ ? "given" : ""; }

 private:
  const DatagenSettings& settings_;
  Random& random_;
  bool given_;
};

class DatagenReader final : public Reader {
 public:
  DatagenReader(const DatagenSettings& settings, Environment& environment)
      : settings_(settings), clock_(environment.clock), name_(std::make_shared<const std::string>(kSplitId)) {}

  void add_splits(std::vector<Split> splits) override {
    if (!splits.empty()) position_ = Position::parse(splits.front().position);
  }

  ReadResult poll(int32_t max_rows, std::string_view) override {
    ReadResult result;
    if (!position_) {
      result.next = ReadResult::Next::kEnd;
      return result;
    }
    result.split = *name_;
    const int64_t left = settings_.num_rows ? *settings_.num_rows - position_->row : max_rows;
    if (left <= 0) {
      position_.reset();
      result.split_ended = true;
      result.next = ReadResult::Next::kEnd;
      return result;
    }
    const int64_t due = rows_due();
    if (due == 0) {
      result.caught_up = true;
      result.next = ReadResult::Next::kWait;
      result.wake_at = next_due();
      return result;
    }
    result.batch = generate(static_cast<int32_t>(std::min({int64_t{max_rows}, left, due})));
    return result;
  }

  std::vector<Split> positions() const override {
    if (!position_) return {};
    return {{std::string(kSplitId), position_->to_string()}};
  }

 private:
  // Returns how many rows may be given now.
  int64_t rows_due() {
    if (begun_ns_ < 0) begun_ns_ = clock_.monotonic_ns();
    const auto elapsed = static_cast<int128>(clock_.monotonic_ns() - begun_ns_);
    const auto allowed = static_cast<int64_t>(elapsed * settings_.rows_per_second / kNanosPerSecond) + 1;
    return std::max<int64_t>(allowed - given_, 0);
  }

  // Returns when the next row is due, but not so soon that every row wakes the task.
  EpochMillis next_due() const {
    const auto due_ns = static_cast<int64_t>(static_cast<int128>(given_) * kNanosPerSecond / settings_.rows_per_second);
    const int64_t wait_ns = begun_ns_ + due_ns - clock_.monotonic_ns();
    return clock_.now() + std::max(kPauseMsMin, wait_ns / 1'000'000 + 1);
  }

  Batch generate(int32_t num_rows) {
    std::vector<ColumnPtr> columns;
    for (size_t i = 0; i < settings_.generators.size(); ++i) {
      const uint64_t seed = hash_combine(position_->seed, static_cast<uint64_t>(settings_.columns[i]));
      columns.push_back(settings_.generators[i]->generate({seed, position_->row, num_rows, clock_.now()}));
    }
    Batch batch(settings_.schema, std::move(columns), num_rows);
    batch.set_origin({name_, position_->row, nullptr});
    position_->row += num_rows;
    given_ += num_rows;
    return batch;
  }

  const DatagenSettings& settings_;
  Clock& clock_;
  const std::shared_ptr<const std::string> name_;
  std::optional<Position> position_;  // null: no split, or all rows given
  int64_t begun_ns_ = -1;             // when the first row was asked for; -1: not yet
  int64_t given_ = 0;                 // since then
};

}  // namespace

std::unique_ptr<SplitEnumerator> DatagenSource::make_enumerator(Environment& environment,
                                                                std::string_view restored) const {
  return std::make_unique<DatagenEnumerator>(settings_, environment.random, !restored.empty());
}

std::unique_ptr<Reader> DatagenSource::make_reader(Environment& environment, const Subtask&) const {
  return std::make_unique<DatagenReader>(settings_, environment);
}

std::string DatagenSource::description() const {
  return fmt::format("datagen, rows-per-second={}, {}, columns=[{}]", settings_.rows_per_second,
                     settings_.num_rows ? fmt::format("rows={}", *settings_.num_rows) : "unbounded",
                     fmt::join(settings_.schema->names(), ", "));
}

}  // namespace tidemill
