#include "operators/answered_rows.h"

namespace tidemill {
namespace {

std::vector<Type> types_of(const std::vector<Field>& fields) {
  std::vector<Type> types;
  for (const Field& field : fields) types.push_back(field.type);
  return types;
}

}  // namespace

AnsweredRows::AnsweredRows(const JoinSpec& spec, DurationMillis time_to_live_ms)
    : version_(types_of(stored_fields(spec, 1))), time_to_live_(time_to_live_ms) {
  for (const int32_t key : spec.keys[0]) key_types_.push_back(spec.inputs[0]->field(key).type);
}

void AnsweredRows::open(StateStore& state) {
  TableDescriptor descriptor;
  descriptor.name = kAnsweredTable;
  descriptor.key_types = key_types_;
  descriptor.fields = {RecordField::int64("count"), RecordField::int64("joined")};
  version_.declare(descriptor);
  time_to_live_.declare(descriptor);
  table_ = &state.ordered_table(descriptor, SubKeyKind::kBytes);
  version_.open(table_->layout());
  count_offset_ = table_->layout().offset("count");
  joined_offset_ = table_->layout().offset("joined");
  if (time_to_live_.enabled()) time_to_live_.open(*table_);
}

std::vector<ColumnBuilder> AnsweredRows::make_builders() const {
  std::vector<ColumnBuilder> builders;
  for (const Type& type : version_.types()) builders.emplace_back(type);
  return builders;
}

void AnsweredRows::add(KeyRef key, const SubKey& row, std::span<const ColumnPtr> versions, int32_t place,
                       EpochMillis now) {
  bool created = false;
  std::byte* const record = table_->upsert(key, row, created);
  ++field(record, count_offset_);
  field(record, joined_offset_) = place >= 0 ? 1 : 0;
  if (place >= 0) version_.put(record, table_->texts(), versions, place);
  if (time_to_live_.enabled()) time_to_live_.written(record, now);
}

std::optional<bool> AnsweredRows::take(KeyRef key, const SubKey& row, std::span<ColumnBuilder> versions,
                                       EpochMillis now) {
  std::byte* const record = table_->find_for_update(key, row);
  if (record == nullptr || (time_to_live_.enabled() && time_to_live_.expired(record, now))) return std::nullopt;
  const bool joined = field(record, joined_offset_) != 0;
  if (joined) version_.append(record, table_->texts(), versions);
  if (--field(record, count_offset_) == 0) table_->erase(key, row);
  return joined;
}

}  // namespace tidemill
