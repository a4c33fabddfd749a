#include "operators/top_slots.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "operators/key_columns.h"
#include "state/record_key.h"

namespace tidemill {
namespace {

constexpr std::string_view kCountField = "rows";
constexpr std::string_view kOrderField = "order";

std::string place_field(size_t slot) { return fmt::format("place{}", slot); }
std::string split_field(size_t slot) { return fmt::format("split{}", slot); }
std::string offset_field(size_t slot) { return fmt::format("offset{}", slot); }

}  // namespace

TopPlace top_place(RowPlaces& places, const Batch& batch, int32_t row) {
  const RowOrigin& origin = batch.origin();
  if (!origin.split) return {places.values(row), {}, 0};
  return {places.values(row), *origin.split, origin.at(row)};
}

std::vector<Type> kept_types(const RankSpec& spec) {
  return leading_types(*spec.schema, static_cast<size_t>(spec.schema->size()) - (spec.numbers ? 1 : 0));
}

TopSlots::TopSlots(std::vector<Type> types, int32_t num_slots, bool latest_first) : latest_first_(latest_first) {
  CHECK(num_slots >= 1 && num_slots <= kSlotsMax);
  const size_t columns = types.size();
  for (size_t i = 0; i < static_cast<size_t>(num_slots); ++i) slots_.push_back({ValueFields(types, i * columns)});
}

size_t TopSlots::record_bytes(const std::vector<Type>& types, int64_t num_slots) {
  size_t row = 2 * sizeof(StoredText) + sizeof(int64_t);
  for (const Type& type : types) row += static_cast<size_t>(physical_size(type.physical())) + 1;
  return static_cast<size_t>(num_slots) * (row + 1) + sizeof(int64_t);
}

void TopSlots::declare(TableDescriptor& descriptor) {
  descriptor.fields.push_back(RecordField::int64(std::string(kCountField)));
  descriptor.fields.push_back(RecordField::bytes(std::string(kOrderField), static_cast<uint32_t>(slots_.size()), 1));
  for (size_t i = 0; i < slots_.size(); ++i) {
    descriptor.fields.push_back(RecordField::text(place_field(i)));
    descriptor.fields.push_back(RecordField::text(split_field(i)));
    descriptor.fields.push_back(RecordField::int64(offset_field(i)));
  }
  for (Slot& slot : slots_) slot.values.declare(descriptor);
}

void TopSlots::open(RecordTable& table) {
  table_ = &table;
  const RecordLayout& layout = table.layout();
  count_offset_ = layout.offset(kCountField);
  order_offset_ = layout.offset(kOrderField);
  for (size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].place = layout.offset(place_field(i));
    slots_[i].split = layout.offset(split_field(i));
    slots_[i].offset = layout.offset(offset_field(i));
    slots_[i].values.open(layout);
  }
}

// Whoever comes later stands behind an equal row, or before it where the latest stands first.
bool TopSlots::stands_before(const std::byte* record, const TopPlace& place, const Slot& slot) const {
  std::string scratch;
  const StoredText stored = load_stored_text(record + slot.place);
  const int by_values = place.values.compare(table_->texts().load(stored, scratch));
  if (by_values != 0) return by_values < 0;
  const StoredText stored_split = load_stored_text(record + slot.split);
  int by_log = place.split.compare(table_->texts().load(stored_split, scratch));
  if (by_log == 0) {
    const int64_t offset = load(record, slot.offset);
    by_log = place.offset < offset ? -1 : place.offset > offset ? 1 : 0;
  }
  return latest_first_ ? by_log >= 0 : by_log < 0;
}

int32_t TopSlots::rank(const std::byte* record, const TopPlace& place) const {
  int32_t rank = size(record);
  while (rank > 0 && stands_before(record, place, slots_[slot(record, rank - 1)])) --rank;
  return rank;
}

void TopSlots::insert(std::byte* record, int32_t rank, const TopPlace& place, std::span<const ColumnPtr> columns,
                      int32_t row) {
  auto& count = *reinterpret_cast<int64_t*>(record + count_offset_);
  std::byte* const order = record + order_offset_;
  if (count < static_cast<int64_t>(slots_.size())) {
    if (count == 0)
      for (size_t i = 0; i < slots_.size(); ++i) order[i] = static_cast<std::byte>(i);
    ++count;
  }
  std::byte* const last = order + count - 1;
  const std::byte taken = *last;  // free, or of the row that goes
  std::memmove(order + rank + 1, order + rank, static_cast<size_t>(last - (order + rank)));
  order[rank] = taken;

  const Slot& slot = slots_[static_cast<size_t>(taken)];
  TextHeap& texts = table_->texts();
  const auto replace = [&](uint32_t offset, std::string_view text) {
    StoredText stored = load_stored_text(record + offset);
    texts.replace(stored, text);
    put_stored_text(record + offset, stored);
  };
  replace(slot.place, place.values);
  replace(slot.split, place.split);
  *reinterpret_cast<int64_t*>(record + slot.offset) = place.offset;
  slot.values.put(record, texts, columns, row);
}

void TopSlots::clear(std::byte* record) const {
  for (const uint32_t offset : table_->layout().text_offsets()) {
    if (offset < table_->key_layout()->record_bytes()) continue;
    StoredText stored = load_stored_text(record + offset);
    table_->texts().free(stored);
    put_stored_text(record + offset, stored);
  }
  *reinterpret_cast<int64_t*>(record + count_offset_) = 0;
}

}  // namespace tidemill
