// state/ordered_sequence.h - companion (key, sequence) ▸ values: what LISTAGG, ARRAY_AGG and FIRST_VALUE list in order.
// Rule: a sequence number (time, sequence) is unique within its key; the caller chooses it so that it orders as SQL
// says (rowtime, then position in the log).
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "state/ordered_table.h"
#include "state/value_fields.h"

namespace tidemill {

class OrderedSequence {
 public:
  OrderedSequence(PageTable& pages, const TableDescriptor& owner, const CompanionDescriptor& companion);

  const KeyLayoutPtr& key_layout() const { return table_.key_layout(); }
  const std::vector<Type>& value_types() const { return values_.types(); }

  // Puts row `row` of `values` (one column a value type, NULLs kept) at the key's sequence number, over what was there.
  void put(KeyRef key, const SubKey& sequence, std::span<const ColumnPtr> values, int32_t row);
  // Removes what is at a sequence number; returns whether there was something.
  bool erase(KeyRef key, const SubKey& sequence);
  // Removes the first element equal to row `row` of `values` (NULL equals NULL); returns whether there was one. Takes
  // time in proportion to the key's elements before it.
  bool erase_equal(KeyRef key, std::span<const ColumnPtr> values, int32_t row);
  // Removes the first `max` elements of a range and appends them to `values`, a row each; returns how many they were.
  int64_t take_first(KeyRef key, const SubKeyRange& range, int64_t max, std::span<ColumnBuilder> values);
  // Removes all elements of a key, or those of a range.
  void erase(KeyRef key, const SubKeyRange& range = SubKeyRange::all());

  int64_t size(KeyRef key) const { return table_.size(key); }
  // Appends all elements of the key in order, a row each; `sequences` may be null.
  void append_all(KeyRef key, std::span<ColumnBuilder> values, std::vector<SubKey>* sequences) const;
  // Appends up to `max` elements of a range, from its beginning on or from its end backwards, a row each; returns how
  // many.
  int64_t append_some(KeyRef key, const SubKeyRange& range, ScanDirection direction, int64_t max,
                      std::span<ColumnBuilder> values, std::vector<SubKey>& sequences) const;

  // Appends the first or the last element of the key, if it has any, a row to each column.
  void append_end(KeyRef key, ScanDirection from, std::span<ColumnBuilder> values) const;

  // Moves all elements of key `from` to key `to`; where both have a sequence number, that of `from` stays.
  void merge_keys(KeyRef from, KeyRef to);
  // Copies all elements of `other`, of the same types.
  void merge_from(const OrderedSequence& other);

  OrderedTable& table() { return table_; }
  const OrderedTable& table() const { return table_; }

 private:
  void copy_record(const OrderedTable& source, const std::byte* from, std::byte* to);

  ValueFields values_;
  OrderedTable table_;
};

}  // namespace tidemill
