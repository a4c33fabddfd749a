#include "operators/match_recognize.h"

#include <algorithm>

#include "operators/emit_in_steps.h"
#include "operators/event_times.h"
#include "operators/key_columns.h"
#include "operators/row_evaluation.h"
#include "operators/row_outcomes.h"
#include "operators/row_watermark.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "match.next_arrival";
constexpr std::string_view kNumberField = "matches";
constexpr size_t kMatchesAtOnce = kBatchRowsTarget;

std::vector<Type> types_of_input(const MatchRecognizeSpec& spec) {
  return leading_types(*spec.input, static_cast<size_t>(spec.input->size()));
}

bool reads(const std::vector<PatternReference>& references, PatternReference::Kind kind) {
  return std::ranges::find(references, kind, &PatternReference::kind) != references.end();
}

SchemaPtr with_time_field(const Schema& input) {
  std::vector<Field> fields = input.fields();
  fields.push_back({"$time", Type::big_int()});
  return make_schema(std::move(fields));
}

}  // namespace

MatchRecognize::MatchRecognize(const MatchRecognizeSpec& spec)
    : spec_(spec),
      matcher_(spec_.definition),
      waiting_(types_of_input(spec), spec.order, kArrivalScalar),
      rows_(types_of_input(spec), rows_looked_ahead(spec.definition) > 0),
      match_values_(spec.input, rows_, spec_.definition.variables),
      conditions_(spec_.definition, matcher_, match_values_),
      lookahead_(rows_looked_ahead(spec.definition)),
      timed_(with_time_field(*spec.input)),
      rows_before_(rows_looked_back(spec.definition)),
      numbers_matches_(reads(spec.definition.measured, PatternReference::Kind::kMatchNumber)) {
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.input->field(key).type);
}

void MatchRecognize::open(OperatorContext& context) {
  context_ = &context;
  StateStore& state = context.state();
  conditions_.open(context);
  rows_.open(state, key_types_);
  stored_.open(state, key_types_);
  lookahead_.open(state, key_types_);
  keys_.emplace(stored_.key_layout());
  expiries_ = &state.timers({"expiries", key_types_});
  if (numbers_matches_) {
    TableDescriptor numbers;
    numbers.name = "numbers";
    numbers.key_types = key_types_;
    numbers.fields.push_back(RecordField::int64(std::string(kNumberField)));
    numbers_ = &state.record_table(numbers);
    numbers_offset_ = numbers_->layout().offset(kNumberField);
  }
  if (!spec_.processing_time) waiting_.open(state, key_types_);
}

void MatchRecognize::release() {
  if (spec_.processing_time) next_expiry_ = expiries_->next_time().value_or(kMaxWatermark);
  context_->state().release();
}

void MatchRecognize::process(Batch input, int32_t, Output& output) {
  CHECK_MSG(input.append_only(), "MATCH_RECOGNIZE was given rows that are taken back");
  keys_->assign(columns_at(input, spec_.keys), input.num_rows());
  if (spec_.processing_time) {
    now_ = context_->processing_time();
    times_.assign(static_cast<size_t>(input.num_rows()), now_);
    match(input, *keys_, times_, output);
    context_->metrics().add(kRowsUsedCounter, input.num_rows());
  } else {
    keep(input);
  }
  release();
}

void MatchRecognize::keep(const Batch& input) {
  waiting_.begin(input);
  read_event_times(input, spec_.order.front().column, "MATCH_RECOGNIZE", times_);
  std::vector<LateRow> late;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const EpochMillis time = times_[static_cast<size_t>(row)];
    const EpochMillis watermark = row_watermark(input, row, *context_);
    if (time <= watermark)
      late.push_back({row, time, watermark});
    else
      waiting_.add((*keys_)[row], row, time);
  }
  waiting_.finish();
  account_rows(*context_, input, late, kWatermarkPassed);
}

void MatchRecognize::on_watermark(EpochMillis watermark, Output& output) {
  if (spec_.processing_time) return;
  now_ = watermark;
  emit_in_steps(*context_, output, [this, watermark](Output& more) {
    if (fire_some(watermark, more)) return true;
    return (watermark == kMaxWatermark && end_some(more)) || expire_some(watermark, more);
  });
}

void MatchRecognize::finish(Output& output) {
  emit_in_steps(*context_, output, [this](Output& more) { return end_some(more); });
}

EpochMillis MatchRecognize::output_watermark(EpochMillis watermark) const {
  if (!spec_.schema->rowtime_index()) return watermark;
  const std::optional<EpochMillis> earliest = lookahead_.earliest();
  context_->state().release();
  return earliest ? std::min(watermark, *earliest - 1) : watermark;
}

void MatchRecognize::on_processing_time(EpochMillis now, Output& output) {
  if (!spec_.processing_time) return;
  now_ = now;
  emit_in_steps(*context_, output, [this, now](Output& more) { return expire_some(now, more); });
}

bool MatchRecognize::fire_some(EpochMillis watermark, Output& output) {
  std::optional<WaitingRows::Due> due = waiting_.take_due(watermark);
  if (due) {
    const Batch rows(spec_.input, std::move(due->columns), static_cast<int32_t>(due->times.size()));
    const MemoryCharge charge = context_->charge_memory(static_cast<int64_t>(rows.memory_bytes()));
    match(rows, due->keys, due->times, output);
  }
  release();
  return due.has_value();
}

bool MatchRecognize::expire_some(EpochMillis time, Output& output) {
  DueTimers due(expiries_->key_layout());
  const bool any = expiries_->pop_due(time, kBatchRowsTarget, due);
  for (int32_t i = 0; i < due.size(); ++i) {
    const size_t place = load(due.keys[i]);
    // A row that waits may still go on with what runs out of time after it.
    const std::optional<EpochMillis> since = lookahead_.waiting_since(partitions_[place], rows_);
    expire(place, since ? std::min(time, *since) : time);
  }
  finish_call(output);
  release();
  return any;
}

bool MatchRecognize::end_some(Output& output) {
  constexpr int32_t kPartitionsAtOnce = 64;
  DueTimers waiting(stored_.key_layout());
  if (!lookahead_.take(kPartitionsAtOnce, waiting)) return false;
  for (int32_t i = 0; i < waiting.size(); ++i) {
    const size_t place = load(waiting.keys[i]);
    for (int64_t row = partitions_[place].next; row < partitions_[place].arrived(); ++row)
      turns_.push_back({place, row});
  }
  take_turns();
  finish_call(output);
  release();
  return true;
}

void MatchRecognize::match(const Batch& rows, const KeyBatch& keys, std::span<const EpochMillis> times,
                           Output& output) {
  const Batch timed = lookahead_.enabled() ? with_times(rows, times) : rows;
  rows_.begin(timed);
  for (int32_t row = 0; row < rows.num_rows(); ++row) {
    const size_t place = load(keys[row]);
    if (const std::optional<int64_t> turn = lookahead_.add(partitions_[place], row)) turns_.push_back({place, *turn});
  }
  if (lookahead_.enabled()) {
    take_turns();
  } else {
    take_turns(rows, times);
  }
  finish_call(output);
}

Batch MatchRecognize::with_times(const Batch& rows, std::span<const EpochMillis> times) const {
  ColumnBuilder builder(Type::big_int());
  for (const EpochMillis time : times) builder.append(time);
  std::vector<ColumnPtr> columns = rows.columns();
  columns.push_back(builder.finish());
  return Batch(timed_, std::move(columns), rows.num_rows());
}

void MatchRecognize::take_turns() {
  std::vector<ColumnPtr> columns;
  for (int32_t column = 0; column < spec_.input->size(); ++column) {
    ColumnBuilder builder(spec_.input->field(column).type);
    for (const Turn& turn : turns_) rows_.append(partitions_[turn.partition], turn.row, column, builder);
    columns.push_back(builder.finish());
  }
  std::vector<EpochMillis> times;
  for (const Turn& turn : turns_) times.push_back(rows_.time(partitions_[turn.partition], turn.row));
  take_turns(Batch(spec_.input, std::move(columns), static_cast<int32_t>(turns_.size())), times);
}

void MatchRecognize::take_turns(const Batch& rows, std::span<const EpochMillis> times) {
  conditions_.begin(rows);
  std::vector<PartialMatch> found;
  for (int32_t i = 0; i < rows.num_rows(); ++i) {
    const Turn& turn = turns_[static_cast<size_t>(i)];
    const EpochMillis time = times[static_cast<size_t>(i)];
    expire(turn.partition, time);
    MatchPartition& partition = partitions_[turn.partition];
    CHECK_EQ(partition.next, turn.row);
    conditions_.begin_row(partition, i, turn.row, time);
    matcher_.take(partition.live, turn.row, time, conditions_, found);
    ++partition.next;
    add_found(turn.partition, found, false);
  }
  turns_.clear();
}

void MatchRecognize::finish_call(Output& output) {
  emit(output);
  for (MatchPartition& partition : partitions_) save(partition);
  partitions_.clear();
  partition_of_.clear();
}

size_t MatchRecognize::load(KeyRef key) {
  const auto [begin, end] = partition_of_.equal_range(key.hash);
  for (auto known = begin; known != end; ++known)
    if (equal_keys(keys_->layout(), partitions_[known->second].key, key)) return known->second;
  partition_of_.emplace(key.hash, partitions_.size());
  MatchPartition& partition = partitions_.emplace_back();
  partition.key = key;
  partition.first_new = rows_.next_number(key);
  lookahead_.load(partition);
  stored_.load(partition, conditions_.aggregates());
  if (numbers_ != nullptr)
    if (const std::byte* const record = numbers_->find(key))
      partition.matches = *reinterpret_cast<const int64_t*>(record + numbers_offset_);
  return partitions_.size() - 1;
}

void MatchRecognize::expire(size_t partition, EpochMillis time) {
  if (!spec_.definition.within) return;
  std::vector<PartialMatch> timed_out, found;
  matcher_.expire(partitions_[partition].live, time, timed_out, found);
  add_found(partition, timed_out, true);
  add_found(partition, found, false);
}

void MatchRecognize::add_found(size_t partition, std::vector<PartialMatch>& matches, bool timed_out) {
  for (PartialMatch& match : matches)
    found_.push_back({partition, std::move(match), timed_out, ++partitions_[partition].matches});
  matches.clear();
}

void MatchRecognize::save(MatchPartition& partition) {
  const LiveMatches& live = partition.live;
  stored_.save(partition);
  int64_t first = partition.next;
  if (!live.partial.empty()) first = live.partial.front().start;
  if (!live.complete.empty()) first = std::min(first, live.complete.front().start);
  first -= rows_before_;
  lookahead_.save(partition, rows_, first < partition.arrived());
  if (spec_.definition.within && !live.partial.empty()) {
    const EpochMillis ends = live.partial.front().start_time + *spec_.definition.within;
    if (ends > now_ || !lookahead_.waits_before(partition, rows_, ends)) expiries_->add(partition.key, ends);
  }
  rows_.keep_from(partition, first);
  if (numbers_ != nullptr && partition.matches != 0) {
    bool created = false;
    *reinterpret_cast<int64_t*>(numbers_->upsert(partition.key, created) + numbers_offset_) = partition.matches;
  }
}

void MatchRecognize::emit(Output& output) {
  std::vector<MatchView> views;
  for (const Found& found : found_) {
    const PartialMatch& match = found.match;
    const int64_t first = spec_.definition.all_rows ? 1 : match.rows;
    for (int64_t rows = first; rows <= match.rows; ++rows)
      views.push_back({&partitions_[found.partition], &match, rows, found.number, found.timed_out, match.decided_at});
    if (views.size() >= kMatchesAtOnce) {
      emit_views(views, output);
      views.clear();
    }
  }
  if (!views.empty()) emit_views(views, output);
  found_.clear();
}

ColumnPtr MatchRecognize::input_column(std::span<const MatchView> views, int32_t column) const {
  ColumnBuilder builder(spec_.input->field(column).type);
  for (const MatchView& view : views) {
    const int64_t row = spec_.definition.all_rows ? view.rows - 1 : 0;
    rows_.append(*view.partition, view.match->start + row, column, builder);
  }
  return builder.finish();
}

void MatchRecognize::emit_views(std::span<const MatchView> views, Output& output) {
  const auto num_rows = static_cast<int32_t>(views.size());
  std::vector<ColumnPtr> columns;
  for (const int32_t column : spec_.columns) columns.push_back(input_column(views, column));
  const std::vector<PatternReference>& references = spec_.definition.measured;
  std::vector<Field> fields;
  for (const PatternReference& reference : references) fields.push_back({"", reference.type});
  const std::vector<bool> all(references.size(), true);
  const Batch measured(make_schema(std::move(fields)), match_values_.columns(references, all, views, *context_),
                       num_rows);
  for (ColumnPtr& measure :
       evaluate_rows(spec_.definition.measures, measured, context_->evaluation(), context_->metrics()))
    columns.push_back(std::move(measure));
  for (const int32_t column : spec_.columns_behind) columns.push_back(input_column(views, column));
  const Batch all_rows(spec_.schema, std::move(columns), num_rows);
  for (int32_t first = 0; first < num_rows; first += kBatchRowsMax)
    output.emit(all_rows.slice(first, std::min(kBatchRowsMax, num_rows - first)));
}

std::optional<NextFiring> MatchRecognize::next_firing() const {
  const std::optional<EpochMillis> next = spec_.processing_time ? std::nullopt : waiting_.next_time();
  context_->state().release();
  if (!next) return std::nullopt;
  return NextFiring{*next, *next};
}

}  // namespace tidemill
