// state/value_fields.h - typed values as fields of a record, NULLs too. Rule: the fields are named value<i> and
// null<i>: saved state is found by these names; a NULL's value is all zeros, or the empty text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/column.h"
#include "data/column_builder.h"
#include "state/table_descriptor.h"
#include "state/text_heap.h"

namespace tidemill {

// Columns are one a value, of the values' physical types. `texts` is the heap of the record's table. Task thread; the
// const methods on any that may read the record.
class ValueFields {
 public:
  // `first`: i of the first field's name, where a record has other values, too.
  explicit ValueFields(std::vector<Type> types, size_t first = 0) : types_(std::move(types)), first_(first) {}

  const std::vector<Type>& types() const { return types_; }

  // Adds the fields of all values to a table.
  void declare(TableDescriptor& descriptor);
  // Takes the places of the fields. Call once, with the layout of the table that declare() was called for.
  void open(const RecordLayout& layout);

  // Stores row `row` of `values` in the record, over what was there.
  void put(std::byte* record, TextHeap& texts, std::span<const ColumnPtr> values, int32_t row) const;
  // Stores row rows[i] of `values` in records[i], for each i, over what was there. Requires: no record comes twice.
  void put(std::span<std::byte* const> records, TextHeap& texts, std::span<const ColumnPtr> values,
           std::span<const int32_t> rows) const;
  // Appends what the record holds, a row to each column.
  void append(const std::byte* record, const TextHeap& texts, std::span<ColumnBuilder> values) const;
  // Appends what the record holds of value `index`.
  void append_one(const std::byte* record, const TextHeap& texts, size_t index, ColumnBuilder& values) const;
  // Returns whether the record holds row `row` of `values`. NULL equals NULL, NaN equals NaN.
  bool equal(const std::byte* record, const TextHeap& texts, std::span<const ColumnPtr> values, int32_t row) const;
  // Stores in `to` what `from` holds, a record with these fields at the same places.
  void copy(const std::byte* from, const TextHeap& from_texts, std::byte* to, TextHeap& to_texts) const;

 private:
  struct Place {
    uint32_t value = 0;
    uint32_t null = 0;
    PhysicalType physical = PhysicalType::kBool;
  };
  template <class T>
  static void put_values(const Decoded<T>& values, const Place& place, TextHeap& texts,
                         std::span<std::byte* const> records, std::span<const int32_t> rows);

  std::vector<Type> types_;
  size_t first_;
  int32_t first_field_ = 0;
  std::vector<Place> places_;
};

}  // namespace tidemill
