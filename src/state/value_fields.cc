#include "state/value_fields.h"

#include <cstring>

#include "base/check.h"
#include "data/dispatch.h"
#include "state/record_key.h"

namespace tidemill {
namespace {

template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) return a == b || (a != a && b != b);
  return a == b;
}

}  // namespace

void ValueFields::declare(TableDescriptor& descriptor) {
  first_field_ = static_cast<int32_t>(descriptor.fields.size());
  for (size_t i = 0; i < types_.size(); ++i) {
    const PhysicalType physical = types_[i].physical();
    const auto size = static_cast<uint32_t>(physical_size(physical));
    const std::string name = fmt::format("value{}", first_ + i);
    if (physical == PhysicalType::kText)
      descriptor.fields.push_back(RecordField::text(name));
    else
      descriptor.fields.push_back({name, size, size, FieldKind::kBytes});
    descriptor.fields.push_back(RecordField::flag(fmt::format("null{}", first_ + i)));
  }
}

void ValueFields::open(const RecordLayout& layout) {
  for (size_t i = 0; i < types_.size(); ++i) {
    const int32_t field = first_field_ + static_cast<int32_t>(2 * i);
    places_.push_back({layout.offset(field), layout.offset(field + 1), types_[i].physical()});
  }
}

void ValueFields::put(std::byte* record, TextHeap& texts, std::span<const ColumnPtr> values, int32_t row) const {
  put({&record, 1}, texts, values, {&row, 1});
}

void ValueFields::put(std::span<std::byte* const> records, TextHeap& texts, std::span<const ColumnPtr> values,
                      std::span<const int32_t> rows) const {
  CHECK_EQ(values.size(), places_.size());
  for (size_t i = 0; i < places_.size(); ++i) {
    CHECK(values[i]->type().physical() == places_[i].physical);
    dispatch_physical(places_[i].physical,
                      [&]<class T>() { put_values(values[i]->decode<T>(), places_[i], texts, records, rows); });
  }
}

template <class T>
void ValueFields::put_values(const Decoded<T>& values, const Place& place, TextHeap& texts,
                             std::span<std::byte* const> records, std::span<const int32_t> rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    std::byte* const value = records[i] + place.value;
    const bool null = values.is_null(rows[i]);
    records[i][place.null] = std::byte{null};
    if constexpr (std::is_same_v<T, Text>) {
      StoredText stored = load_stored_text(value);
      texts.replace(stored, null ? std::string_view() : values[rows[i]].view());
      put_stored_text(value, stored);
    } else {
      const T stored = null ? T{} : values[rows[i]];
      std::memcpy(value, &stored, sizeof(T));
    }
  }
}

void ValueFields::append(const std::byte* record, const TextHeap& texts, std::span<ColumnBuilder> values) const {
  CHECK_EQ(values.size(), places_.size());
  for (size_t i = 0; i < places_.size(); ++i) append_one(record, texts, i, values[i]);
}

void ValueFields::append_one(const std::byte* record, const TextHeap& texts, size_t index,
                             ColumnBuilder& values) const {
  const std::byte* const value = record + places_[index].value;
  if (record[places_[index].null] != std::byte{0}) return values.append_null();
  dispatch_physical(places_[index].physical, [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      std::string scratch;
      const StoredText stored = load_stored_text(value);
      values.append_text(texts.load(stored, scratch));
    } else {
      T loaded;
      std::memcpy(&loaded, value, sizeof(T));
      values.append(loaded);
    }
  });
}

bool ValueFields::equal(const std::byte* record, const TextHeap& texts, std::span<const ColumnPtr> values,
                        int32_t row) const {
  CHECK_EQ(values.size(), places_.size());
  std::string scratch;
  for (size_t i = 0; i < places_.size(); ++i) {
    const Column& column = *values[i];
    const std::byte* const value = record + places_[i].value;
    const bool null = record[places_[i].null] != std::byte{0};
    if (null != column.is_null(row)) return false;
    if (null) continue;
    const bool equal = dispatch_physical(column.type().physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, Text>) {
        const StoredText stored = load_stored_text(value);
        return texts.load(stored, scratch) == column.text(row);
      } else {
        T stored;
        std::memcpy(&stored, value, sizeof(T));
        return same<T>(stored, column.decode<T>()[row]);
      }
    });
    if (!equal) return false;
  }
  return true;
}

void ValueFields::copy(const std::byte* from, const TextHeap& from_texts, std::byte* to, TextHeap& to_texts) const {
  std::string scratch;
  for (size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    to[place.null] = from[place.null];
    if (place.physical != PhysicalType::kText) {
      std::memcpy(to + place.value, from + place.value, static_cast<size_t>(physical_size(place.physical)));
      continue;
    }
    const StoredText stored = load_stored_text(from + place.value);
    const std::string text(from_texts.load(stored, scratch));
    StoredText copied = load_stored_text(to + place.value);
    to_texts.replace(copied, text);
    put_stored_text(to + place.value, copied);
  }
}

}  // namespace tidemill
