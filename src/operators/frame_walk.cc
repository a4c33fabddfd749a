#include "operators/frame_walk.h"

#include <algorithm>
#include <limits>

#include "expr/lag.h"
#include "expr/row_position.h"

namespace tidemill {
namespace {

constexpr std::string_view kGroupsField = "groups";
constexpr int64_t kReachMax = 1 << 20;  // rows; a walk of the whole partition costs about as much

bool is_aggregate(const AggregateSpec& call) {
  return as_lag(*call.function) == nullptr && as_position(*call.function) == nullptr;
}

std::vector<AggregateSpec> aggregates_of(const SortedOverSpec& spec) {
  std::vector<AggregateSpec> aggregates;
  std::ranges::copy_if(spec.calls, std::back_inserter(aggregates), is_aggregate);
  return aggregates;
}

// True where taking a row back leaves what would be there had it never come.
bool is_exact(const AggregateSpec& call) {
  const AggregateFunction& function = *call.function;
  if (call.distinct && !function.ignores_distinct()) return function.retractable() && !function.order_sensitive();
  return function.retractable() ? !function.order_sensitive()
                                : function.retraction_rule().store != RetractionStore::kNone;
}

std::vector<int32_t> all_columns(const Schema& schema) {
  std::vector<int32_t> columns;
  for (int32_t i = 0; i < schema.size(); ++i) columns.push_back(i);
  return columns;
}

bool nulls_first(const SortedOverSpec& spec) { return spec.order.empty() || spec.order.front().nulls_first; }

}  // namespace

FrameWalk::Mode FrameWalk::mode_of(const SortedOverSpec& spec) {
  if (spec.frame.start.kind == FrameBound::Kind::kUnbounded) return Mode::kGrows;
  return std::ranges::all_of(aggregates_of(spec), is_exact) ? Mode::kSlides : Mode::kAnew;
}

FrameWalk::FrameWalk(const SortedOverSpec& spec, const PartitionRows& rows)
    : rows_(&rows),
      mode_(mode_of(spec)),
      steps_(aggregates_of(spec), *spec.schema, mode_ == Mode::kSlides),
      edges_(spec.frame, nulls_first(spec)),
      positions_(spec.calls, rows),
      row_(rows, all_columns(*rows.schema), edges_.row_keys()),
      ahead_(rows, mode_ == Mode::kAnew ? std::vector<int32_t>() : steps_.columns(), edges_.edge_keys()),
      behind_(rows, mode_ == Mode::kAnew ? std::vector<int32_t>() : steps_.columns(), edges_.edge_keys()),
      frame_(rows, steps_.columns()) {
  int32_t aggregates = 0;
  for (const AggregateSpec& call : spec.calls) aggregate_of_.push_back(is_aggregate(call) ? aggregates++ : -1);
  aggregates_ = aggregates > 0;
  looks_back_only_ = !positions_.looks_ahead() && (!aggregates_ || spec.frame.is_running());
  if (aggregates_) frame_start_ = spec.frame.start.offset;
  reach_ = reach_of(spec.frame);
}

std::optional<FrameWalk::Reach> FrameWalk::reach_of(const WindowFrame& frame) const {
  const std::optional<int64_t> back = positions_.reach(false);
  const std::optional<int64_t> ahead = positions_.reach(true);
  if (!back || !ahead) return std::nullopt;
  Reach reach{*back, *ahead};
  if (!aggregates_) return reach;
  const bool bounded =
      frame.start.kind != FrameBound::Kind::kUnbounded && frame.end.kind != FrameBound::Kind::kUnbounded;
  const bool far = frame.start.offset < -kReachMax || frame.end.offset > kReachMax;
  if (!frame.rows || !bounded || far) return std::nullopt;
  return Reach{std::max(reach.back, -frame.start.offset), std::max(reach.ahead, frame.end.offset)};
}

void FrameWalk::declare(TableDescriptor& partitions) {
  partitions.fields.push_back(RecordField::int64(std::string(kGroupsField)));
  steps_.declare(partitions);
}

void FrameWalk::open(RecordTable& partitions, OperatorContext& context) {
  context_ = &context;
  table_ = &partitions;
  groups_offset_ = partitions.layout().offset(kGroupsField);
  steps_.open(partitions, context);
}

void FrameWalk::take_record() {
  bool created = false;
  record_ = table_->upsert(key_, created);
}

void FrameWalk::clear(KeyRef key, std::byte* record) {
  groups(record) = 0;
  steps_.clear(key, record);
}

void FrameWalk::begin(KeyRef key) {
  key_ = key;
  take_record();
  steps_.clear(key_, record_);
  start_cursors({}, 0);
  positions_.begin(key, {}, 0, {});
}

void FrameWalk::begin_at(KeyRef key, std::string_view place) {
  CHECK(looks_back_only_);
  key_ = key;
  take_record();
  steps_.clear(key_, record_);
  RowPositionsOver::Peers before;
  const int64_t index = add_before(place, before);
  start_cursors(place, index);
  positions_.begin(key, place, index, std::move(before));
}

void FrameWalk::begin_near(KeyRef key, std::string_view place) {
  CHECK(looks_nearby());
  key_ = key;
  take_record();
  steps_.clear(key_, record_);
  std::string first(place);
  const int64_t ahead = rows_before(*rows_, key, reach_->ahead, first);
  std::string frame_first = first;
  const int64_t back = rows_before(*rows_, key, -frame_start_, frame_first);
  start_cursors(first, back);
  rows_left_ = ahead + 1 + reach_->back;
  row_.expect_rows(rows_left_);
  for (PartitionCursor* edge : {&ahead_, &behind_}) {
    edge->begin(key, frame_first, 0);
    edge->expect_rows(back + rows_left_ + reach_->ahead);
  }
  positions_.begin(key, first, back, {});
  positions_.expect_rows(rows_left_ + reach_->back + reach_->ahead);
}

void FrameWalk::go_on_at(KeyRef key, std::string_view place, std::string_view last) {
  CHECK(looks_back_only_);
  key_ = key;
  take_record();
  const int64_t size = rows_->table->size(key);
  const int64_t index = size - count({SubKey::of_bytes(place), std::nullopt});
  RowPositionsOver::Peers before;
  // Of the rows up to the last one; where `place` is in front of that, it and those behind it are peers.
  before.number = groups(record_) - (place != last ? 1 : 0);
  rows_->table->scan(key, {std::nullopt, SubKey::of_bytes(place)}, ScanDirection::kBackward,
                     [&](const SubKey& other, const std::byte*) {
                       before.values = other.bytes.substr(0, ordered_value_bytes(*rows_, other.bytes));
                       return false;
                     });
  if (place == last && place.starts_with(before.values))
    before.rank = index + 1 - count({SubKey::of_bytes(before.values), SubKey::of_bytes(place)});
  start_cursors(place, index);
  ahead_.begin(key, last, size - 1);
  positions_.begin(key, place, index, std::move(before));
}

int64_t FrameWalk::count(const SubKeyRange& range) const {
  int64_t rows = 0;
  rows_->table->scan(key_, range, ScanDirection::kForward, [&](const SubKey&, const std::byte*) {
    ++rows;
    return true;
  });
  return rows;
}

void FrameWalk::start_cursors(std::string_view place, int64_t index) {
  row_.begin(key_, place, index);
  ahead_.begin(key_, place, index);
  behind_.begin(key_, place, index);
  first_ = true;
  rows_left_ = std::numeric_limits<int64_t>::max();
}

int64_t FrameWalk::add_before(std::string_view place, RowPositionsOver::Peers& before) {
  ahead_.begin(key_);
  steps_.begin(key_, record_);
  for (; !ahead_.at_end() && ahead_.place() < place; ahead_.advance()) {
    if (before.number == 0 || ahead_.values() != before.values)
      before = {before.number + 1, ahead_.index() + 1, std::string(ahead_.values())};
    if (!aggregates_) continue;
    steps_.come(ahead_.columns(), ahead_.row());
    make_room();
  }
  steps_.run();
  return ahead_.index();
}

void FrameWalk::run_if_full() {
  if (!steps_.full()) return;
  steps_.run();
  context_->state().release();
  take_record();
}

void FrameWalk::make_room() {
  if (!steps_.full()) return;
  run_if_full();
  steps_.begin(key_, record_);
}

bool FrameWalk::let_leave() {
  bool any = false;
  for (; !behind_.at_end() && edges_.before_start(behind_); behind_.advance()) {
    any = true;
    if (mode_ == Mode::kAnew || behind_.index() >= ahead_.index()) continue;  // it has never come
    for (size_t i = 0; i < steps_.columns().size(); ++i)
      steps_.leaving()[i].append_from(*behind_.columns()[i], behind_.row());
    steps_.leave(1);
    make_room();
  }
  return any;
}

bool FrameWalk::let_come() {
  bool any = false;
  for (; !ahead_.at_end() && edges_.before_end(ahead_); ahead_.advance()) {
    any = true;
    const bool has_left = mode_ != Mode::kGrows && ahead_.index() < behind_.index();
    if (mode_ == Mode::kAnew || has_left) continue;
    steps_.come(ahead_.columns(), ahead_.row());
    make_room();
  }
  return any;
}

void FrameWalk::add_anew() {
  steps_.begin_anew();
  if (behind_.at_end() || behind_.index() >= ahead_.index()) return;
  frame_.begin(key_, behind_.place(), behind_.index());
  for (; !frame_.at_end() && frame_.index() < ahead_.index(); frame_.advance()) {
    steps_.come(frame_.columns(), frame_.row());
    make_room();
  }
}

bool FrameWalk::move_frame() {
  run_if_full();
  edges_.set(row_);
  steps_.begin(key_, record_);
  bool changed = std::exchange(first_, false);
  if (mode_ != Mode::kGrows && let_leave()) {
    changed = true;
    const bool is_empty = mode_ == Mode::kSlides && behind_.index() >= ahead_.index();
    if (is_empty) steps_.begin_anew();
  }
  changed = let_come() || changed;
  if (changed && mode_ == Mode::kAnew) add_anew();
  return changed;
}

std::optional<FrameWalk::Walked> FrameWalk::next() {
  if (rows_left_ == 0 || row_.at_end()) {
    take_record();
    groups(record_) = positions_.groups();
    if (!looks_back_only_) steps_.clear(key_, record_);
    context_->state().release();
    return std::nullopt;
  }
  take_record();
  Walked walked;
  walked.columns = row_.columns();
  walked.num_rows = static_cast<int32_t>(std::min<int64_t>(row_.rows_read(), rows_left_));
  rows_left_ -= walked.num_rows;
  for (ColumnPtr& column : walked.columns)
    if (walked.num_rows < row_.rows_read()) column = column->slice(0, walked.num_rows);
  walked.first_place = row_.place();
  std::vector<int32_t> result_of;
  int32_t result = -1;
  for (int32_t i = 0; i < walked.num_rows; ++i, row_.advance()) {
    positions_.take(row_);
    if (aggregates_) {
      const bool changed = move_frame();
      if (changed || result < 0) result = steps_.ask();
      result_of.push_back(result);
    }
    if (i + 1 == walked.num_rows) walked.last_place = row_.place();
  }
  std::vector<ColumnPtr> aggregates = aggregates_ ? steps_.finish(result_of) : std::vector<ColumnPtr>();
  std::vector<ColumnPtr> positions = positions_.finish();
  size_t next_position = 0;
  for (const int32_t aggregate : aggregate_of_)
    walked.results.push_back(aggregate >= 0 ? std::move(aggregates[static_cast<size_t>(aggregate)])
                                            : std::move(positions[next_position++]));
  context_->state().release();
  return walked;
}

}  // namespace tidemill
