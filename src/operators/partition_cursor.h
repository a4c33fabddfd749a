// operators/partition_cursor.h - walks the rows of one partition in their order, reading some at a time from state.
// Rule: however long a partition is, a cursor holds a few hundred rows of it; several may walk side by side.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/sort_key.h"
#include "expr/expression.h"
#include "operators/operator.h"
#include "state/ordered_table.h"
#include "state/value_fields.h"

namespace tidemill {

// The rows of all partitions, as every cursor reads them. What it points to is borrowed.
struct PartitionRows {
  OrderedTable* table = nullptr;        // partition ▸ place (row_places.h) ▸ row
  const ValueFields* values = nullptr;  // the columns in a record
  std::vector<SortKey> order;           // of the places
  SchemaPtr schema;                     // of the columns
  OperatorContext* context = nullptr;
};

class PartitionCursor {
 public:
  static constexpr int32_t kRowsAtOnce = 256;

  // `columns`: what is read of each row. `keys`: expressions over the first column of ORDER BY, as column 0, whose
  // values key() gives.
  PartitionCursor(const PartitionRows& rows, std::vector<int32_t> columns, std::vector<ExpressionPtr> keys = {});

  // Begins with the first row from `place` on, whose number is to be `index`. `key` must stay until the next begin().
  void begin(KeyRef key, std::string_view place = {}, int64_t index = 0);
  // Reads no more than so many rows at once: a short walk. Until the next begin().
  void expect_rows(int64_t rows);

  // Returns whether all rows were seen. Reads on where it must; requires state that may be read.
  bool at_end();
  // About the row at hand. Requires: at_end() was called and gave false.
  int64_t index() const { return first_index_ + row_; }
  std::string_view place() const { return text(static_cast<size_t>(row_)); }
  // The values of ORDER BY as bytes: peers have equal ones, and they compare as the rows do.
  std::string_view values() const { return place().substr(0, value_bytes_[static_cast<size_t>(row_)]); }
  // The value of an expression, as bytes that compare as the first column of ORDER BY does.
  const std::string& key(size_t expression) const { return key_texts_[expression][static_cast<size_t>(row_)]; }
  // Columns of the rows that were read together; the row at hand is row() of them.
  const std::vector<ColumnPtr>& columns() const { return columns_read_; }
  int32_t row() const { return row_; }
  int32_t rows_read() const { return num_rows_; }
  void advance() { ++row_; }

 private:
  std::string_view text(size_t row) const;
  void read_on();
  void read_keys(const ColumnPtr& order_column);

  const PartitionRows* rows_;
  std::vector<int32_t> columns_;
  std::vector<ExpressionPtr> keys_;
  KeyRef key_;
  std::string from_;  // where reading goes on
  int32_t rows_at_once_ = kRowsAtOnce;
  bool ended_ = false;
  int64_t first_index_ = 0;  // of the rows read
  int32_t row_ = 0;
  int32_t num_rows_ = 0;
  std::vector<ColumnPtr> columns_read_;
  std::string places_;  // one behind the other
  std::vector<size_t> place_ends_;
  std::vector<size_t> value_bytes_;
  std::vector<std::vector<std::string>> key_texts_;
};

// Returns how many bytes of a place are the values of ORDER BY.
size_t ordered_value_bytes(const PartitionRows& rows, std::string_view place);

// Moves `place` back over the rows in front of it, `wanted` of them; returns how many there were.
int64_t rows_before(const PartitionRows& rows, KeyRef key, int64_t wanted, std::string& place);

}  // namespace tidemill
