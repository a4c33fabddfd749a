#include "connectors/nexmark/nexmark_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.h"
#include "data/column_builder.h"

namespace tidemill {
namespace {

constexpr std::string_view kSplitId = "nexmark";
constexpr DurationMillis kPauseMsMin = 20;  // events of this long make one batch: about 50 wake-ups a second
constexpr int64_t kNanosPerMilli = 1'000'000;

int64_t parse_position(std::string_view text) {
  int64_t number = 0;
  if (text.empty()) return number;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end || number < 0)
    throw UserError(fmt::format("A saved position of Nexmark events is damaged: '{}'", text),
                    "The checkpoint cannot be used; restore an older one.");
  return number;
}

class NexmarkEnumerator final : public SplitEnumerator {
 public:
  explicit NexmarkEnumerator(bool given) : given_(given) {}
  std::vector<Split> discover() override {
    if (given_) return {};
    given_ = true;
    return {{std::string(kSplitId), ""}};
  }
  std::optional<DurationMillis> rediscovery_interval_ms() const override { return std::nullopt; }
  std::string snapshot() const override { return given_ ? "given" : ""; }

 private:
  bool given_;
};

class NexmarkReader final : public Reader {
 public:
  NexmarkReader(const NexmarkTable& table, Environment& environment)
      : table_(table),
        events_(table.settings),
        clock_(environment.clock),
        name_(std::make_shared<const std::string>(kSplitId)) {}

  void add_splits(std::vector<Split> splits) override {
    if (splits.empty()) return;
    next_ = parse_position(splits.front().position);
    if (table_.preload) preload();
  }

  ReadResult poll(int32_t max_rows, std::string_view) override {
    ReadResult result;
    if (!next_) {
      result.next = ReadResult::Next::kEnd;
      return result;
    }
    result.split = *name_;
    int64_t rows = max_rows;
    if (table_.num_events) rows = std::min(rows, *table_.num_events - *next_);
    if (rows <= 0) {
      next_.reset();
      result.split_ended = true;
      result.next = ReadResult::Next::kEnd;
      return result;
    }
    if (table_.rate) rows = std::min(rows, due());
    if (rows == 0) {
      result.caught_up = true;
      result.next = ReadResult::Next::kWait;
      result.wake_at = clock_.now() + kPauseMsMin;
      return result;
    }
    result.batch =
        table_.preload ? preloaded(static_cast<int32_t>(rows)) : generate(*next_, static_cast<int32_t>(rows));
    *next_ += result.batch->num_rows();
    return result;
  }

  std::vector<Split> positions() const override {
    if (!next_) return {};
    return {{std::string(kSplitId), std::to_string(*next_)}};
  }
  size_t memory_bytes() const override { return scratch_.capacity() + preloaded_bytes_; }

 private:
  // Returns how many events may be given now: those up to the time that has passed since the first one.
  int64_t due() {
    if (begun_ns_ < 0) {
      begun_ns_ = clock_.monotonic_ns();
      begun_at_ = *next_;
    }
    const int64_t passed_ms = (clock_.monotonic_ns() - begun_ns_) / kNanosPerMilli;
    const int64_t given = *next_ - begun_at_;
    return std::max<int64_t>(passed_ms * *table_.rate / 1000 + 1 - given, 0);
  }

  // Makes the events from the next one to the last. They stay until the reader goes, so that giving memory back is no
  // part of what a job costs while it runs.
  void preload() {
    preloaded_from_ = *next_;
    for (int64_t number = *next_; number < *table_.num_events; number += kBatchRowsTarget) {
      const int64_t rows = std::min<int64_t>(kBatchRowsTarget, *table_.num_events - number);
      preloaded_.push_back(generate(number, static_cast<int32_t>(rows)));
      preloaded_bytes_ += preloaded_.back().memory_bytes();
    }
  }

  // Returns up to max_rows events from the next one, of one batch that was made in advance.
  Batch preloaded(int32_t max_rows) const {
    const int64_t at = *next_ - preloaded_from_;
    const Batch& batch = preloaded_[static_cast<size_t>(at / kBatchRowsTarget)];
    const auto first = static_cast<int32_t>(at % kBatchRowsTarget);
    const int32_t rows = std::min(max_rows, batch.num_rows() - first);
    return rows == batch.num_rows() ? batch : batch.slice(first, rows);
  }

  Batch generate(int64_t first, int32_t num_rows) {
    std::vector<ColumnPtr> columns;
    std::array<BufferPtr, kNexmarkKinds> validity;  // what one kind of event has, none of another kind has
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      const NexmarkColumn& column = table_.columns[i];
      columns.push_back(generate_column(column, table_.schema->field(static_cast<int32_t>(i)).type, first, num_rows));
      if (column.is_event_type) continue;
      BufferPtr& shared = validity[static_cast<size_t>(column.kind)];
      if (shared == nullptr) shared = columns.back()->validity_buffer();
      columns.back() = Column::flat(columns.back()->type(), num_rows, columns.back()->values_buffer(), shared,
                                    columns.back()->text_buffers());
    }
    Batch batch(table_.schema, std::move(columns), num_rows);
    batch.set_origin({name_, first, nullptr});
    return batch;
  }

  ColumnPtr generate_column(const NexmarkColumn& column, const Type& type, int64_t first, int32_t num_rows) {
    ColumnBuilder builder(type);
    builder.reserve(num_rows);
    for (int64_t number = first, end = first + num_rows; number < end; ++number) {
      const NexmarkKind kind = events_.kind(number);
      if (column.is_event_type) {
        builder.append(static_cast<int32_t>(kind));
      } else if (kind != column.kind) {
        builder.append_null();
      } else if (column.is_field && type.physical() == PhysicalType::kInt64) {
        builder.append(events_.integer(column.fields.front(), number));
      } else {
        scratch_.clear();
        if (column.is_field)
          events_.append_text(scratch_, column.fields.front(), number);
        else
          events_.append_row(scratch_, column.fields, number);
        builder.append_text(scratch_);
      }
    }
    return builder.finish();
  }

  const NexmarkTable& table_;
  const NexmarkEvents events_;
  Clock& clock_;
  const std::shared_ptr<const std::string> name_;
  std::optional<int64_t> next_;  // null: no split, or all events given
  int64_t begun_ns_ = -1;        // when the first event was asked for; -1: not yet
  int64_t begun_at_ = 0;         // which that was
  std::string scratch_;
  std::vector<Batch> preloaded_;  // kBatchRowsTarget events each, the last one the rest
  int64_t preloaded_from_ = 0;    // which event the first of them begins with
  size_t preloaded_bytes_ = 0;
};

}  // namespace

std::unique_ptr<SplitEnumerator> NexmarkSource::make_enumerator(Environment&, std::string_view restored) const {
  return std::make_unique<NexmarkEnumerator>(!restored.empty());
}

std::unique_ptr<Reader> NexmarkSource::make_reader(Environment& environment, const Subtask&) const {
  return std::make_unique<NexmarkReader>(table_, environment);
}

std::string NexmarkSource::description() const {
  return fmt::format("nexmark, first-event.rate={}, {}{}{}, columns=[{}]", table_.settings.events_per_second,
                     table_.num_events ? fmt::format("events={}", *table_.num_events) : "unbounded",
                     table_.rate ? fmt::format(", rate={}", *table_.rate) : "", table_.preload ? ", preloaded" : "",
                     fmt::join(table_.schema->names(), ", "));
}

}  // namespace tidemill
