// operators/appended_side.h - the rows of one input of a join that nothing is taken back of: key ▸ rows, as they came.
// Rule: NULL fits nothing unless the key says so; such rows are never kept.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/stored_rows.h"
#include "state/list_table.h"

namespace tidemill {

class AppendedSide {
 public:
  // `port`: 0 for the left input, 1 for the right one. `counts_matches`: the join must know of each row how many it
  // fits.
  AppendedSide(const JoinSpec& spec, int32_t port, bool counts_matches);

  const SchemaPtr& schema() const { return schema_; }
  const std::vector<int32_t>& key_columns() const { return key_columns_; }
  const StoredRows& rows() const { return rows_; }
  // Declares the table. Call once, in Operator::open().
  void open(StateStore& state);
  const ListTable& table() const { return *table_; }
  bool counts_matches() const { return counts_matches_; }

  // Takes the rows of a batch of this input, or those given, ascending.
  void begin(const Batch& batch);
  void begin(const Batch& batch, std::span<const int32_t> rows);
  // Of the batch at hand: the keys of all rows, and the rows that may fit something, and that fit nothing, ascending.
  const KeyBatch& keys() const { return *keys_; }
  const std::vector<int32_t>& fitting() const { return fitting_; }
  const std::vector<int32_t>& never_fitting() const { return never_fitting_; }
  // Keeps rows of the batch at hand; matches[i] is how many rows[i] fits so far (where that counts; else empty).
  void append(std::span<const int32_t> rows, std::span<const int64_t> matches = {});
  // Forgets all rows of the keys.
  void erase(const KeyBatch& keys) { table_->erase(keys); }
  // Gives up the batch.
  void end() { rows_.end(); }
  // Notes that the kept row whose record is at this address fits one row more; returns how many it did before.
  int64_t count_match(StateAddress record);

 private:
  int32_t port_;
  SchemaPtr schema_;
  std::vector<int32_t> key_columns_;
  std::vector<bool> null_safe_;
  bool counts_matches_;
  StoredRows rows_;
  ListTable* table_ = nullptr;  // owned by the state store

  // Of the batch at hand.
  std::optional<KeyBatch> keys_;
  std::vector<int32_t> all_;
  std::vector<uint8_t> fits_nothing_;
  std::vector<int32_t> fitting_;
  std::vector<int32_t> never_fitting_;
  std::vector<uint32_t> sizes_;
  std::vector<ListTable::NewRow> new_rows_;
  std::vector<std::byte*> places_;
};

}  // namespace tidemill
