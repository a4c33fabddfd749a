// state/ordered_values.h - companion (key, value) ▸ how often, ordered by value within a key: MIN and MAX under
// retraction, DISTINCT that must be listed by key, LISTAGG by time. Rule: a value whose count reaches 0 is gone; one
// whose count is negative (its retraction came first) is not seen by first() and last().
//
// A value may be a row of several columns, ordered by the first, then the second, …
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "state/ordered_encoding.h"
#include "state/ordered_table.h"

namespace tidemill {

class OrderedValues {
 public:
  OrderedValues(PageTable& pages, const TableDescriptor& owner, const CompanionDescriptor& companion);

  const KeyLayoutPtr& key_layout() const { return table_.key_layout(); }
  const std::vector<Type>& value_types() const { return value_types_; }

  // Adds deltas[i] to (keys[rows[i]], values[rows[i]]), in order; transitions as in DistinctCounts. NULL values are the
  // caller's to leave out.
  void add(const KeyBatch& keys, std::span<const int32_t> rows, const Column& values, std::span<const int64_t> deltas,
           std::span<int8_t> transitions);
  int8_t add(KeyRef key, const Column& values, int32_t row, int64_t delta);

  // The same for a value of several columns, NULLs among them.
  int8_t add(KeyRef key, std::span<const ColumnPtr> values, int32_t row, int64_t delta);
  // Adds the value once, unless the key has one with the same first column that is not greater; a greater one goes.
  // Returns whether it was added.
  bool put_least(KeyRef key, std::span<const ColumnPtr> values, int32_t row);

  // Appends the smallest or greatest value of the key, NULL where it has none. Requires: one column.
  void append_first(KeyRef key, ColumnBuilder& out) const;
  void append_last(KeyRef key, ColumnBuilder& out) const;
  // Appends all values of the key with their counts, ascending. Requires: one column.
  void append_all(KeyRef key, ColumnBuilder& values, std::vector<int64_t>& counts) const;
  // Visits all values of the key, ascending, as append_ordered() wrote their columns one behind the other. The bytes
  // are valid during the call.
  void scan(KeyRef key, const std::function<void(std::string_view value, int64_t count)>& visit) const;

  // Removes all values of a key.
  void erase(KeyRef key);
  // Adds the counts of key `from` to key `to` and removes `from`.
  void merge_keys(KeyRef from, KeyRef to);
  // Adds all counts of `other`, of the same types.
  void merge_from(const OrderedValues& other);

  OrderedTable& table() { return table_; }
  const OrderedTable& table() const { return table_; }

 private:
  int8_t add_encoded(KeyRef key, std::string_view value, int64_t delta);
  void append_end(KeyRef key, ScanDirection direction, ColumnBuilder& out) const;

  OrderedTable table_;
  std::vector<Type> value_types_;
  std::string encoded_;  // scratch
};

}  // namespace tidemill
