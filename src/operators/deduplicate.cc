#include "operators/deduplicate.h"

#include "operators/key_columns.h"
#include "operators/stored_position.h"

namespace tidemill {
namespace {

constexpr std::string_view kShownField = "shown";
constexpr std::string_view kPositionField = "position";

std::vector<Type> kept_types(const DeduplicateSpec& spec) {
  if (!spec.keep_last) return {};
  return leading_types(*spec.schema, static_cast<size_t>(spec.schema->size()));
}

}  // namespace

Deduplicate::Deduplicate(const DeduplicateSpec& spec)
    : spec_(spec),
      values_(kept_types(spec)),
      changes_(spec.schema, false, spec.emit_update_before),
      time_to_live_(spec.state_ttl_ms) {
  CHECK(spec.keep_last || spec.processing_time);
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
  if (!spec_.processing_time) positions_.emplace(RowOrder::kRowtime, spec_.time_column);
}

void Deduplicate::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor rows;
  rows.name = "rows";
  rows.key_types = key_types_;
  rows.fields.push_back(RecordField::flag(std::string(kShownField)));
  if (positions_) rows.fields.push_back(stored_position_field(std::string(kPositionField)));
  if (keeps_rows()) values_.declare(rows);
  time_to_live_.declare(rows);
  table_ = &context.state().record_table(rows);
  shown_offset_ = table_->layout().offset(kShownField);
  if (positions_) position_offset_ = table_->layout().offset(kPositionField);
  if (keeps_rows()) values_.open(table_->layout());
  if (time_to_live_.enabled()) time_to_live_.open(*table_);
  keys_.emplace(table_->key_layout());
}

void Deduplicate::process(Batch input, int32_t, Output& output) {
  CHECK_MSG(input.append_only(), "deduplication was given rows that are taken back");
  const auto num_rows = static_cast<size_t>(input.num_rows());
  keys_->assign(columns_at(input, spec_.keys), input.num_rows());
  if (positions_) positions_->begin(input);
  records_.resize(num_rows);
  created_.resize(num_rows);
  table_->upsert(*keys_, records_, created_);
  const EpochMillis now = context_->processing_time();
  changes_.begin(input);
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    changes_.because_of(row);
    std::byte* const record = records_[static_cast<size_t>(row)];
    bool is_new = record[shown_offset_] == std::byte{0};
    if (time_to_live_.enabled() && !is_new && time_to_live_.expired(record, now)) is_new = true;
    take(input, row, record, is_new);
  }
  changes_.emit(output);
  context_->state().release();
}

// Time to live counts from when the row that is shown was stored, as state of a key is only written then.
void Deduplicate::take(const Batch& input, int32_t row, std::byte* record, bool is_new) {
  if (!is_new) {
    if (!replaces(input, row, record)) return;
    changes_.add(RowKind::kUpdateBefore, record, values_, table_->texts());
  }
  changes_.add(is_new ? RowKind::kInsert : RowKind::kUpdateAfter, input.columns(), row);
  store(input, row, record);
}

bool Deduplicate::replaces(const Batch& input, int32_t row, const std::byte* record) const {
  if (!spec_.keep_last) return false;
  if (!positions_) {
    return time_to_live_.enabled() || !is_shown(input, row, record);
  }
  std::string scratch;
  const RowPosition shown =
      load_position(*table_, *reinterpret_cast<const StoredPosition*>(record + position_offset_), scratch);
  const RowPosition position = (*positions_)[row];
  return position >= shown;
}

// The processing time of the rows does not count: it is another one with every row.
bool Deduplicate::is_shown(const Batch& input, int32_t row, const std::byte* record) const {
  std::vector<ColumnBuilder> shown;
  for (const Type& type : values_.types()) shown.emplace_back(type);
  values_.append(record, table_->texts(), shown);
  std::vector<ColumnPtr> columns = input.columns();
  const auto time = static_cast<size_t>(spec_.time_column);
  columns[time] = Column::constant(*shown[time].finish(), input.num_rows());
  return values_.equal(record, table_->texts(), columns, row);
}

void Deduplicate::store(const Batch& input, int32_t row, std::byte* record) {
  record[shown_offset_] = std::byte{1};
  if (positions_)
    store_position(*table_, (*positions_)[row], *reinterpret_cast<StoredPosition*>(record + position_offset_));
  if (keeps_rows()) values_.put(record, table_->texts(), input.columns(), row);
  if (time_to_live_.enabled()) time_to_live_.written({&record, 1}, context_->processing_time());
}

EpochMillis Deduplicate::next_processing_timer() const {
  return time_to_live_.enabled() ? time_to_live_.next_sweep() : kMaxWatermark;
}

void Deduplicate::on_processing_time(EpochMillis now, Output&) {
  table_->erase(time_to_live_.sweep(now));
  context_->state().release();
}

}  // namespace tidemill
