#include "operators/final_aggregate.h"

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"

namespace tidemill {

FinalAggregate::FinalAggregate(const GroupAggregateSpec& spec)
    : spec_(spec),
      key_types_(leading_types(*spec.schema, spec.keys.size())),
      aggregation_(spec.aggregates, {.input_retracts = spec.input_retracts}) {}

void FinalAggregate::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor descriptor;
  descriptor.name = "groups";
  descriptor.key_types = key_types_;
  aggregation_.declare(descriptor);
  table_ = &context.state().record_table(descriptor);
  aggregation_.open(table_->layout(), context);
  keys_.emplace(table_->key_layout());
}

void FinalAggregate::process(Batch input, int32_t, Output&) {
  const std::vector<ColumnPtr> key_columns = columns_at(input, spec_.keys);
  keys_->assign(key_columns, input.num_rows());
  aggregation_.begin(input, key_columns);
  records_.resize(static_cast<size_t>(input.num_rows()));
  created_.resize(records_.size());
  table_->upsert(*keys_, records_, created_);
  aggregation_.update(*table_, *keys_, Selection::all(input.num_rows()), records_);
  context_->state().release();
}

void FinalAggregate::finish(Output& output) {
  if (spec_.keys.empty() && table_->size() == 0) {
    keys_->assign({}, 1);
    records_.resize(1);
    created_.resize(1);
    table_->upsert(*keys_, records_, created_);
  }
  emitting_.emplace(*table_);
  emit_in_steps(*context_, output, [this](Output& more) { return emit_some(more); });
}

bool FinalAggregate::emit_some(Output& output) {
  const std::span<const std::byte* const> records = emitting_->next();
  if (records.empty()) {
    emitting_.reset();
    return false;
  }
  std::vector<const std::byte*> groups(records.begin(), records.end());
  if (spec_.input_retracts && !spec_.keys.empty()) aggregation_.drop_empty(groups);
  if (!groups.empty()) emit(groups, output);
  context_->state().release();
  return true;
}

void FinalAggregate::emit(std::span<const std::byte* const> records, Output& output) {
  std::vector<ColumnBuilder> keys;
  for (const Type& type : key_types_) keys.emplace_back(type);
  table_->read_keys(records, keys);
  std::vector<ColumnBuilder> results = aggregation_.make_result_builders();
  aggregation_.append_results(*table_, records, results);
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& key : keys) columns.push_back(key.finish());
  for (ColumnBuilder& result : results) columns.push_back(result.finish());
  output.emit(Batch(spec_.schema, std::move(columns), static_cast<int32_t>(records.size())));
}

}  // namespace tidemill
