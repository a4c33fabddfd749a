// operators/appended_side.h - the rows of one input of a join that nothing is taken back of: key ▸ rows, as they came.
// Rule: NULL fits nothing unless the key says so; such rows are never kept.
#pragma once
#include <optional>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/stored_rows.h"
#include "state/list_table.h"

namespace tidemill {

class AppendedSide {
 public:
  // `port`: 0 for the left input, 1 for the right one.
  AppendedSide(const JoinSpec& spec, int32_t port);

  const SchemaPtr& schema() const { return schema_; }
  const std::vector<int32_t>& key_columns() const { return key_columns_; }
  const StoredRows& rows() const { return rows_; }
  // Declares the table. Call once, in Operator::open().
  void open(StateStore& state);
  const ListTable& table() const { return *table_; }

  // Takes a batch of this input: the given rows, ascending, of which those count that may fit something. The batch
  // outlives append().
  void begin(const Batch& batch, std::span<const int32_t> rows);
  // The same with all rows.
  void begin(const Batch& batch);
  // Keeps the rows that count.
  void append(const Batch& batch);
  // Forgets all rows of the keys.
  void erase(const KeyBatch& keys) { table_->erase(keys); }
  // Of the batch at hand: the keys of all rows, and the rows that may fit something, ascending.
  const KeyBatch& keys() const { return *keys_; }
  const std::vector<int32_t>& fitting() const { return fitting_; }

 private:
  int32_t port_;
  SchemaPtr schema_;
  std::vector<int32_t> key_columns_;
  std::vector<bool> null_safe_;
  StoredRows rows_;
  ListTable* table_ = nullptr;  // owned by the state store

  // Of the batch at hand.
  std::optional<KeyBatch> keys_;
  std::vector<int32_t> all_;
  std::vector<uint8_t> fits_nothing_;
  std::vector<int32_t> fitting_;
  std::vector<uint32_t> sizes_;
  std::vector<std::byte*> places_;
};

}  // namespace tidemill
