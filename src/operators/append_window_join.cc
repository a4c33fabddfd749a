#include "operators/append_window_join.h"

#include <deque>
#include <numeric>

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"

namespace tidemill {
namespace {

constexpr int32_t kDueKeysAtOnce = 256;

}  // namespace

AppendWindowJoin::AppendWindowJoin(const WindowJoinSpec& spec)
    : times_(spec), sides_{AppendedSide(spec.join, 0, false), AppendedSide(spec.join, 1, false)}, pairs_(spec.join) {
  CHECK(spec.join.type == JoinType::kInner);
}

void AppendWindowJoin::open(OperatorContext& context) {
  context_ = &context;
  for (AppendedSide& side : sides_) side.open(context.state());
  const KeyLayoutPtr& keys = sides_[0].table().key_layout();
  times_.open(context, keys);
  due_.emplace(keys);
}

void AppendWindowJoin::process(Batch input, int32_t port, Output&) {
  AppendedSide& side = sides_[static_cast<size_t>(port)];
  in_time_.clear();
  fires_at_.resize(static_cast<size_t>(input.num_rows()));
  times_.judge(input, port, *context_, [this](int32_t row, EpochMillis fires_at) {
    in_time_.push_back(row);
    fires_at_[static_cast<size_t>(row)] = fires_at;
  });
  side.begin(input, in_time_);
  side.append(side.fitting());
  side.end();
  set_timers(side);
  context_->state().release();
}

// Rows of one key often come one behind the other: a window's results do.
void AppendWindowJoin::set_timers(const AppendedSide& side) {
  const KeyBatch& keys = side.keys();
  int32_t before = -1;
  for (const int32_t row : side.fitting()) {
    if (before < 0 || !equal_keys(keys.layout(), keys[before], keys[row]))
      times_.timers().add(keys[row], fires_at_[static_cast<size_t>(row)]);
    before = row;
  }
}

void AppendWindowJoin::on_watermark(EpochMillis watermark, Output& output) {
  emit_in_steps(*context_, output, [this, watermark](Output& more) { return fire_some(watermark, more); });
}

bool AppendWindowJoin::fire_some(EpochMillis watermark, Output& output) {
  if (!pairs_.pairs().done()) {
    pairs_.read(kBatchRowsMax, *context_);
    pairs_.emit(output);
    if (pairs_.pairs().done()) pairs_.pairs().end();
    context_->state().release();
    return true;
  }
  if (due_->size() == 0) {
    const bool due = times_.timers().pop_due(watermark, kDueKeysAtOnce, *due_);
    context_->state().release();
    if (!due) return false;
  }
  if (std::optional<Batch> left = next_left_rows()) {
    sides_[0].begin(*left);
    sides_[0].end();
    pairs_.pairs().begin(std::move(*left), 0, sides_[0], sides_[1]);
  } else {
    erase_due();
  }
  return true;
}

std::optional<Batch> AppendWindowJoin::next_left_rows() {
  std::vector<int32_t> due_keys(static_cast<size_t>(due_->size() - key_));
  std::iota(due_keys.begin(), due_keys.end(), key_);
  std::vector<ListRoot> lists(due_keys.size());
  sides_[0].table().find(due_->keys, due_keys, lists);
  std::vector<std::string_view> stored;
  std::vector<int32_t> keys;
  std::deque<std::string> long_rows;
  std::string scratch;
  for (const ListRoot& list : lists) {
    if (list.first != 0) {
      ListReader reader = sides_[0].table().reader(list, place_);
      for (; !reader.at_end() && stored.size() < static_cast<size_t>(kBatchRowsMax); keys.push_back(key_)) {
        std::string_view row = reader.next(scratch);
        if (row.data() == scratch.data()) row = long_rows.emplace_back(std::move(scratch));
        stored.push_back(row);
      }
      place_ = reader.place();
      if (!reader.at_end()) break;
    }
    place_ = {};
    ++key_;
  }
  std::optional<Batch> rows;
  if (!stored.empty()) rows = left_rows(stored, keys);
  context_->state().release();
  return rows;
}

Batch AppendWindowJoin::left_rows(std::span<const std::string_view> stored, std::span<const int32_t> keys) const {
  const StoredRows& rows = sides_[0].rows();
  std::vector<ColumnPtr> values(rows.num_stored());
  rows.read(stored, std::vector<uint8_t>(values.size(), 1), values);
  const std::vector<ColumnPtr> key_values = decoded_keys(due_->keys);
  std::vector<ColumnPtr> columns;
  for (const StoredRows::Source& source : rows.sources()) {
    const auto index = static_cast<size_t>(source.index);
    columns.push_back(source.stored ? values[index] : key_values[index]->take(keys));
  }
  return Batch(sides_[0].schema(), std::move(columns), static_cast<int32_t>(stored.size()));
}

void AppendWindowJoin::erase_due() {
  for (AppendedSide& side : sides_) side.erase(due_->keys);
  due_.emplace(sides_[0].table().key_layout());
  key_ = 0;
  context_->state().release();
}

}  // namespace tidemill
