// operators/pending_changes.h - mini-batch: which groups have changed since the last flush, and what each showed
// before. Rule: it is a table of state like any other, so that it is charged, spilled and saved; groups stand in the
// order of their first change.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "operators/operator.h"
#include "state/record_table.h"
#include "state/value_fields.h"

namespace tidemill {

// Task thread only. Addresses die at StateStore::release(), as those of any table.
class PendingChanges {
 public:
  // Types of a group's key and of what it shows. `rows_max`: rows that may come before a flush, positive.
  PendingChanges(std::vector<Type> key_types, std::vector<Type> result_types, int64_t rows_max);
  // Declares the table. Call once, in Operator::open().
  void open(StateStore& state);

  // True where no group has changed.
  bool empty() const { return table_->size() == 0; }
  // Returns how many rows may still come before a flush is due; 0: it is.
  int64_t room() const;

  // Counts a row for each key and notes its group as changed. Returns the rows whose group had not changed before: the
  // caller then says what those show that exist. Valid until the next call. Requires: at most room() rows.
  std::span<const int32_t> add(const KeyBatch& keys);
  // Says that the group of row rows[i], one that the last add() returned, shows row shown[i] of `results`.
  void set_before(std::span<const int32_t> rows, std::span<const int32_t> shown, std::span<const ColumnPtr> results);

  // Visits the groups that have changed, in order, up to RecordTable::kScanRows a call. The visitor may release().
  void scan(const ReadVisitor& visit) const { table_->scan(visit); }
  void read_keys(std::span<const std::byte* const> records, KeyBatch& keys) const { table_->read_keys(records, keys); }
  // Appends what the group showed before, a row to each builder; returns false, and appends nothing, where there was no
  // such group.
  bool append_before(const std::byte* record, std::span<ColumnBuilder> results) const;
  // Forgets all groups and gives their memory back: the flush is done.
  void clear();

 private:
  const std::vector<Type> key_types_;
  const int64_t rows_max_;
  ValueFields values_;
  uint32_t existed_offset_ = 0;
  OperatorScalars* scalars_ = nullptr;  // of the store: how many rows have come
  RecordTable* table_ = nullptr;        // owned by the state store
  std::vector<std::byte*> records_;     // by row of the last add()
  std::vector<uint8_t> created_;
  std::vector<int32_t> first_changes_;
};

}  // namespace tidemill
