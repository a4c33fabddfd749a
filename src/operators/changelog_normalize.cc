#include "operators/changelog_normalize.h"

#include "operators/key_columns.h"

namespace tidemill {
namespace {

constexpr std::string_view kShownField = "shown";

}  // namespace

ChangelogNormalize::ChangelogNormalize(const ChangelogNormalizeSpec& spec)
    : spec_(spec),
      values_(leading_types(*spec.schema, static_cast<size_t>(spec.schema->size()))),
      changes_(spec.schema, false, spec.emit_update_before),
      time_to_live_(spec.state_ttl_ms) {
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
}

void ChangelogNormalize::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor rows;
  rows.name = "rows";
  rows.key_types = key_types_;
  rows.fields.push_back(RecordField::flag(std::string(kShownField)));
  values_.declare(rows);
  time_to_live_.declare(rows);
  table_ = &context.state().record_table(rows);
  shown_offset_ = table_->layout().offset(kShownField);
  values_.open(table_->layout());
  if (time_to_live_.enabled()) time_to_live_.open(*table_);
  keys_.emplace(table_->key_layout());
}

void ChangelogNormalize::process(Batch input, int32_t, Output& output) {
  const auto num_rows = static_cast<size_t>(input.num_rows());
  keys_->assign(columns_at(input, spec_.keys), input.num_rows());
  records_.resize(num_rows);
  created_.resize(num_rows);
  table_->upsert(*keys_, records_, created_);
  const EpochMillis now = context_->processing_time();
  changes_.begin(input);
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    changes_.because_of(row);
    std::byte* const record = records_[static_cast<size_t>(row)];
    const bool shown =
        record[shown_offset_] != std::byte{0} && !(time_to_live_.enabled() && time_to_live_.expired(record, now));
    if (input.kind(row) != RowKind::kUpdateBefore) take(input, row, record, shown);
  }
  forget_what_is_gone();
  changes_.emit(output);
  context_->state().release();
}

void ChangelogNormalize::take(const Batch& input, int32_t row, std::byte* record, bool shown) {
  if (input.kind(row) == RowKind::kDelete) {
    if (shown) changes_.add(RowKind::kDelete, record, values_, table_->texts());
    record[shown_offset_] = std::byte{0};
    return;
  }
  if (shown) {
    if (!time_to_live_.enabled() && values_.equal(record, table_->texts(), input.columns(), row)) return;
    changes_.add(RowKind::kUpdateBefore, record, values_, table_->texts());
  }
  changes_.add(shown ? RowKind::kUpdateAfter : RowKind::kInsert, row);
  record[shown_offset_] = std::byte{1};
  values_.put(record, table_->texts(), input.columns(), row);
  if (time_to_live_.enabled()) time_to_live_.written({&record, 1}, context_->processing_time());
}

void ChangelogNormalize::forget_what_is_gone() {
  std::vector<int32_t> gone;
  for (size_t row = 0; row < records_.size(); ++row)
    if (records_[row][shown_offset_] == std::byte{0}) gone.push_back(static_cast<int32_t>(row));
  if (!gone.empty()) table_->erase(*keys_, gone);
}

EpochMillis ChangelogNormalize::next_processing_timer() const {
  return time_to_live_.enabled() ? time_to_live_.next_sweep() : kMaxWatermark;
}

void ChangelogNormalize::on_processing_time(EpochMillis now, Output&) {
  table_->erase(time_to_live_.sweep(now));
  context_->state().release();
}

}  // namespace tidemill
