#include "operators/group_aggregate.h"

#include "operators/column_comparison.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"

namespace tidemill {
namespace {

// One output row: which input row its key is of, which row of the results it shows.
struct OutputRows {
  std::vector<int32_t> keys;
  std::vector<int32_t> results;
  std::vector<RowKind> kinds;
  bool only_inserts = true;

  void add(RowKind kind, int32_t key, int32_t result) {
    keys.push_back(key);
    results.push_back(result);
    kinds.push_back(kind);
    only_inserts &= kind == RowKind::kInsert;
  }
};

void emit_rows(const SchemaPtr& schema, const OutputRows& rows, const std::vector<ColumnPtr>& keys,
               const std::vector<ColumnPtr>& results, Output& output) {
  for (size_t first = 0; first < rows.kinds.size(); first += kBatchRowsMax) {
    const size_t count = std::min<size_t>(kBatchRowsMax, rows.kinds.size() - first);
    std::vector<ColumnPtr> columns;
    columns.reserve(keys.size() + results.size());
    for (const ColumnPtr& key : keys) columns.push_back(key->take(std::span(rows.keys).subspan(first, count)));
    for (const ColumnPtr& result : results)
      columns.push_back(result->take(std::span(rows.results).subspan(first, count)));
    std::vector<RowKind> kinds;
    if (!rows.only_inserts) {
      const auto begin = rows.kinds.begin() + static_cast<ptrdiff_t>(first);
      kinds.assign(begin, begin + static_cast<ptrdiff_t>(count));
    }
    output.emit(Batch(schema, std::move(columns), static_cast<int32_t>(count), std::move(kinds)));
  }
}

// Keys of these types may be equal without having the same value (-0.0, padding): the stored one stands for all.
bool has_canonical_form(const Type& type) { return type.is_approximate() || type.kind == TypeKind::kChar; }

}  // namespace

GroupAggregate::GroupAggregate(const GroupAggregateSpec& spec)
    : spec_(spec),
      key_types_(leading_types(*spec.schema, spec.keys.size())),
      aggregation_(spec.aggregates, {.input_retracts = spec.input_retracts,
                                     .by_key = spec.input_retracts || spec.state_ttl_ms > 0,
                                     .results_each_row = spec.mini_batch_rows == 0}),
      time_to_live_(spec.state_ttl_ms),
      results_(aggregation_.make_result_builders()) {
  CHECK(!spec.bounded_final_only);
  if (spec.mini_batch_rows == 0) return;
  std::vector<Type> result_types;
  for (const ColumnBuilder& result : results_) result_types.push_back(result.type());
  pending_.emplace(key_types_, std::move(result_types), spec.mini_batch_rows);
}

void GroupAggregate::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor descriptor;
  descriptor.name = "groups";
  descriptor.key_types = key_types_;
  aggregation_.declare(descriptor);
  time_to_live_.declare(descriptor);
  table_ = &context.state().record_table(descriptor);
  aggregation_.open(table_->layout(), context);
  if (time_to_live_.enabled()) time_to_live_.open(*table_);
  keys_.emplace(table_->key_layout());
  if (pending_) pending_->open(context.state());
}

void GroupAggregate::process(Batch input, int32_t, Output& output) {
  if (!pending_) {
    begin(input);
    rounds_.assign(records_);
    changes_.assign(records_.size(), {-1, -1});
    for (int32_t round = 0; round < rounds_.num_rounds(); ++round) run_round(input, round);
    emit_changes(output_keys(), output);
    return end();
  }
  for (int32_t first = 0; first < input.num_rows();) {
    const auto count = static_cast<int32_t>(std::min<int64_t>(input.num_rows() - first, pending_->room()));
    coalesce(input.slice(first, count));
    if (pending_->room() == 0) flush(output);
    first += count;
  }
}

void GroupAggregate::begin(const Batch& input) {
  const auto num_rows = static_cast<size_t>(input.num_rows());
  key_columns_ = columns_at(input, spec_.keys);
  keys_->assign(key_columns_, input.num_rows());
  aggregation_.begin(input, key_columns_);
  records_.resize(num_rows);
  created_.resize(num_rows);
  table_->upsert(*keys_, records_, created_);
  emptied_.clear();
  if (time_to_live_.enabled()) renew_expired();
}

void GroupAggregate::renew_expired() {
  const EpochMillis now = context_->processing_time();
  for (int32_t row = 0; row < keys_->num_rows(); ++row) {
    std::byte* const record = records_[static_cast<size_t>(row)];
    if (created_[static_cast<size_t>(row)] == 0 && time_to_live_.expired(record, now)) {
      aggregation_.clear(*table_, (*keys_)[row], record);
      created_[static_cast<size_t>(row)] = 1;
    }
    time_to_live_.written({&record, 1}, now);
  }
}

EpochMillis GroupAggregate::next_processing_timer() const {
  // What a group showed before a mini-batch must be followed by what it shows, so none goes within one.
  const bool may_sweep = time_to_live_.enabled() && (!pending_ || pending_->empty());
  return may_sweep ? time_to_live_.next_sweep() : kMaxWatermark;
}

void GroupAggregate::on_processing_time(EpochMillis now, Output&) {
  const KeyBatch& expired = time_to_live_.sweep(now);
  records_.resize(static_cast<size_t>(expired.num_rows()));
  table_->find_for_update(expired, records_);
  for (int32_t row = 0; row < expired.num_rows(); ++row)
    aggregation_.clear(*table_, expired[row], records_[static_cast<size_t>(row)]);
  table_->erase(expired);
  context_->state().release();
}

void GroupAggregate::end() {
  std::erase_if(emptied_, [&](int32_t row) { return aggregation_.num_rows(records_[static_cast<size_t>(row)]) != 0; });
  table_->erase(*keys_, emptied_);
  context_->state().release();
}

void GroupAggregate::coalesce(const Batch& input) {
  if (pending_->empty()) held_watermark_ = context_->watermark();
  begin(input);
  note_before(pending_->add(*keys_));
  if (input.append_only()) {
    aggregation_.update(*table_, *keys_, Selection::all(input.num_rows()), records_);
  } else {
    rounds_.assign(records_);
    for (int32_t round = 0; round < rounds_.num_rounds(); ++round) apply_round(input, round);
  }
  end();
}

void GroupAggregate::note_before(std::span<const int32_t> first_changes) {
  std::vector<int32_t> rows;
  std::vector<int32_t> shown;
  for (const int32_t row : first_changes) {
    if (!group_exists(row, true)) continue;
    rows.push_back(row);
    shown.push_back(want_result(row));
  }
  append_wanted_results();
  pending_->set_before(rows, shown, take_results());
}

void GroupAggregate::flush(Output& output) {
  if (pending_->empty()) return;
  pending_->scan([&](std::span<const std::byte* const> pending) { emit_net_changes(pending, output); });
  pending_->clear();
  context_->state().release();
}

void GroupAggregate::emit_net_changes(std::span<const std::byte* const> pending, Output& output) {
  keys_->clear();
  pending_->read_keys(pending, *keys_);
  std::vector<const std::byte*> groups(pending.size());
  table_->find(*keys_, groups);
  changes_.assign(pending.size(), {-1, -1});
  for (size_t i = 0; i < pending.size(); ++i)
    if (pending_->append_before(pending[i], results_)) changes_[i].first = num_results_++;
  for (size_t i = 0; i < pending.size(); ++i) {
    if (groups[i] == nullptr) continue;
    wanted_.push_back(groups[i]);
    changes_[i].second = num_results_++;
  }
  append_wanted_results();
  emit_changes(decoded_keys(*keys_), output);
  context_->state().release();
}

EpochMillis GroupAggregate::output_watermark(EpochMillis watermark) const {
  return !pending_ || pending_->empty() ? watermark : std::min(watermark, held_watermark_);
}

void GroupAggregate::before_barrier(const Barrier&, Output& output) {
  if (pending_) flush(output);
}

void GroupAggregate::finish(Output& output) {
  if (pending_) flush(output);
}

bool GroupAggregate::group_exists(int32_t row, bool first_round) const {
  if (spec_.input_retracts) return aggregation_.num_rows(records_[static_cast<size_t>(row)]) > 0;
  return !first_round || created_[static_cast<size_t>(row)] == 0;
}

void GroupAggregate::drop_unknown_retractions(const Batch& input, std::span<const int32_t> rows) {
  applied_.assign(rows.begin(), rows.end());
  if (!spec_.input_retracts) return;
  std::erase_if(applied_, [&](int32_t row) {
    if (!retracts(input.kind(row)) || group_exists(row, false)) return false;
    emptied_.push_back(row);
    return true;
  });
  if (applied_.size() < rows.size())
    context_->metrics().add(kUnknownRetractionsCounter, static_cast<int64_t>(rows.size() - applied_.size()));
}

int32_t GroupAggregate::want_result(int32_t row) {
  wanted_.push_back(records_[static_cast<size_t>(row)]);
  return num_results_++;
}

void GroupAggregate::append_wanted_results() {
  if (!wanted_.empty()) aggregation_.append_results(*table_, wanted_, results_);
  wanted_.clear();
}

void GroupAggregate::run_round(const Batch& input, int32_t round) {
  drop_unknown_retractions(input, rounds_.rows(round));
  if (applied_.empty()) return;
  for (const int32_t row : applied_) {
    int32_t& before = changes_[static_cast<size_t>(row)].first;
    if (round > 0) {
      before = changes_[static_cast<size_t>(rounds_.previous(row))].second;
    } else if (group_exists(row, true)) {
      before = want_result(row);
    }
  }
  append_wanted_results();
  aggregation_.update(*table_, *keys_, Selection::of(applied_, input.num_rows()), records_);
  for (const int32_t row : applied_) {
    if (group_exists(row, false)) {
      changes_[static_cast<size_t>(row)].second = want_result(row);
    } else {
      clear_group(row);
    }
  }
  append_wanted_results();
}

void GroupAggregate::apply_round(const Batch& input, int32_t round) {
  drop_unknown_retractions(input, rounds_.rows(round));
  if (applied_.empty()) return;
  aggregation_.update(*table_, *keys_, Selection::of(applied_, input.num_rows()), records_);
  for (const int32_t row : applied_)
    if (!group_exists(row, false)) clear_group(row);
}

void GroupAggregate::clear_group(int32_t row) {
  aggregation_.clear(*table_, (*keys_)[row], records_[static_cast<size_t>(row)]);
  emptied_.push_back(row);
}

std::vector<ColumnPtr> GroupAggregate::output_keys() const {
  return std::any_of(key_types_.begin(), key_types_.end(), has_canonical_form) ? decoded_keys(*keys_) : key_columns_;
}

std::vector<ColumnPtr> GroupAggregate::take_results() {
  std::vector<ColumnPtr> results;
  for (ColumnBuilder& builder : results_) results.push_back(builder.finish());
  num_results_ = 0;
  return results;
}

void GroupAggregate::emit_changes(const std::vector<ColumnPtr>& keys, Output& output) {
  const std::vector<ColumnPtr> results = take_results();
  std::vector<uint8_t> differs(changes_.size(), 0);
  for (const ColumnPtr& result : results) mark_differences(*result, changes_, differs);

  const bool refreshes = time_to_live_.enabled() && !results.empty();
  OutputRows rows;
  for (int32_t row = 0; row < static_cast<int32_t>(changes_.size()); ++row) {
    const auto [before, after] = changes_[static_cast<size_t>(row)];
    if (before < 0 && after >= 0) {
      rows.add(RowKind::kInsert, row, after);
    } else if (before >= 0 && after < 0) {
      rows.add(RowKind::kDelete, row, before);
    } else if (before >= 0 && (differs[static_cast<size_t>(row)] != 0 || refreshes)) {
      if (spec_.emit_update_before) rows.add(RowKind::kUpdateBefore, row, before);
      rows.add(RowKind::kUpdateAfter, row, after);
    }
  }
  emit_rows(spec_.schema, rows, keys, results, output);
}

}  // namespace tidemill
