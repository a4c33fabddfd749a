#include "operators/deduplicate.h"

#include <algorithm>

#include "operators/column_comparison.h"
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
  rounds_.assign(records_);
  shown_.resize(num_rows);
  changes_.begin(input);
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    changes_.because_of(row);
    take(input, row, now);
  }
  store(input);
  changes_.emit(output);
  context_->state().release();
}

// Time to live counts from when the row that is shown was stored, as state of a key is only written then.
void Deduplicate::take(const Batch& input, int32_t row, EpochMillis now) {
  std::byte* const record = records_[static_cast<size_t>(row)];
  const int32_t previous = rounds_.previous(row);
  const int32_t shown = previous < 0 ? -1 : shown_[static_cast<size_t>(previous)];
  bool is_new = shown < 0 && record[shown_offset_] == std::byte{0};
  if (time_to_live_.enabled() && !is_new && shown < 0 && time_to_live_.expired(record, now)) is_new = true;
  if (!is_new && !replaces(input, row, shown)) {
    shown_[static_cast<size_t>(row)] = shown;
    return;
  }
  shown_[static_cast<size_t>(row)] = row;
  if (shown >= 0) {
    changes_.add(RowKind::kUpdateBefore, shown);
  } else if (!is_new) {
    changes_.add(RowKind::kUpdateBefore, record, values_, table_->texts());
  }
  changes_.add(is_new ? RowKind::kInsert : RowKind::kUpdateAfter, row);
}

bool Deduplicate::replaces(const Batch& input, int32_t row, int32_t shown) const {
  if (!spec_.keep_last) return false;
  const std::byte* const record = records_[static_cast<size_t>(row)];
  if (!positions_) {
    if (time_to_live_.enabled()) return true;
    return shown >= 0 ? !are_equal(input, row, shown) : !is_shown(input, row, record);
  }
  const RowPosition position = (*positions_)[row];
  if (shown >= 0) return position >= (*positions_)[shown];
  std::string scratch;
  return position >=
         load_position(*table_, *reinterpret_cast<const StoredPosition*>(record + position_offset_), scratch);
}

bool Deduplicate::are_equal(const Batch& input, int32_t a, int32_t b) const {
  const std::pair<int32_t, int32_t> pair(a, b);
  uint8_t differs = 0;
  for (int32_t column = 0; column < input.num_columns(); ++column)
    if (column != spec_.time_column) mark_differences(*input.column(column), {&pair, 1}, {&differs, 1});
  return differs == 0;
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

void Deduplicate::store(const Batch& input) {
  std::vector<int32_t> rows;
  std::vector<std::byte*> records;
  // The last row of each partition that has a row to store, from behind: whoever is the previous one is not the last.
  std::vector<uint8_t> followed(shown_.size(), 0);
  for (int32_t row = input.num_rows() - 1; row >= 0; --row) {
    const int32_t previous = rounds_.previous(row);
    if (previous >= 0) followed[static_cast<size_t>(previous)] = 1;
    if (followed[static_cast<size_t>(row)] != 0 || shown_[static_cast<size_t>(row)] < 0) continue;
    rows.push_back(shown_[static_cast<size_t>(row)]);
    records.push_back(records_[static_cast<size_t>(row)]);
  }
  std::ranges::reverse(rows);
  std::ranges::reverse(records);
  for (size_t i = 0; i < rows.size(); ++i) {
    records[i][shown_offset_] = std::byte{1};
    if (positions_)
      store_position(*table_, (*positions_)[rows[i]],
                     *reinterpret_cast<StoredPosition*>(records[i] + position_offset_));
  }
  if (keeps_rows()) values_.put(records, table_->texts(), input.columns(), rows);
  if (time_to_live_.enabled()) time_to_live_.written(records, context_->processing_time());
}

EpochMillis Deduplicate::next_processing_timer() const {
  return time_to_live_.enabled() ? time_to_live_.next_sweep() : kMaxWatermark;
}

void Deduplicate::on_processing_time(EpochMillis now, Output&) {
  table_->erase(time_to_live_.sweep(now));
  context_->state().release();
}

}  // namespace tidemill
