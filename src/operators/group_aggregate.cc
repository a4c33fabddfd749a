#include "operators/group_aggregate.h"

#include "operators/column_comparison.h"
#include "operators/key_columns.h"

namespace tidemill {
namespace {

constexpr std::string_view kUnknownRetractionsCounter = "numUnknownRetractionsDropped";

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
      aggregation_(spec.aggregates, {.input_retracts = spec.input_retracts, .by_key = spec.input_retracts}),
      results_(aggregation_.make_result_builders()) {
  CHECK(!spec.bounded_final_only);
}

void GroupAggregate::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor descriptor;
  descriptor.name = "groups";
  descriptor.key_types = key_types_;
  aggregation_.declare(descriptor);
  table_ = &context.state().record_table(descriptor);
  aggregation_.open(table_->layout(), context);
  keys_.emplace(table_->key_layout());
}

void GroupAggregate::process(Batch input, int32_t, Output& output) {
  const auto num_rows = static_cast<size_t>(input.num_rows());
  key_columns_ = columns_at(input, spec_.keys);
  keys_->assign(key_columns_, input.num_rows());
  aggregation_.begin(input, key_columns_);
  records_.resize(num_rows);
  created_.resize(num_rows);
  table_->upsert(*keys_, records_, created_);
  rounds_.assign(records_);
  changes_.assign(num_rows, {-1, -1});
  emptied_.clear();
  for (int32_t round = 0; round < rounds_.num_rounds(); ++round) run_round(input, round);
  emit_changes(input, output);
  std::erase_if(emptied_, [&](int32_t row) { return aggregation_.num_rows(records_[static_cast<size_t>(row)]) != 0; });
  table_->erase(*keys_, emptied_);
  context_->state().release();
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

void GroupAggregate::clear_group(int32_t row) {
  aggregation_.clear(*table_, (*keys_)[row], records_[static_cast<size_t>(row)]);
  emptied_.push_back(row);
}

std::vector<ColumnPtr> GroupAggregate::output_keys() const {
  if (!std::any_of(key_types_.begin(), key_types_.end(), has_canonical_form)) return key_columns_;
  std::vector<ColumnBuilder> builders;
  for (const Type& type : key_types_) builders.emplace_back(type);
  keys_->decode(builders);
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
  return columns;
}

void GroupAggregate::emit_changes(const Batch& input, Output& output) {
  std::vector<ColumnPtr> results;
  for (ColumnBuilder& builder : results_) results.push_back(builder.finish());
  num_results_ = 0;
  std::vector<uint8_t> differs(changes_.size(), 0);
  for (const ColumnPtr& result : results) mark_differences(*result, changes_, differs);

  OutputRows rows;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const auto [before, after] = changes_[static_cast<size_t>(row)];
    if (before < 0 && after >= 0) {
      rows.add(RowKind::kInsert, row, after);
    } else if (before >= 0 && after < 0) {
      rows.add(RowKind::kDelete, row, before);
    } else if (differs[static_cast<size_t>(row)] != 0) {
      if (spec_.emit_update_before) rows.add(RowKind::kUpdateBefore, row, before);
      rows.add(RowKind::kUpdateAfter, row, after);
    }
  }
  emit_rows(spec_.schema, rows, output_keys(), results, output);
}

}  // namespace tidemill
