// operators/stored_rows.h - whole rows as sub-keys of state: the bytes that tell them apart, and from which they are
// read again. Rule: two rows are one exactly where all of their columns are, bit for bit; NULL is a value.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "data/column_builder.h"
#include "state/canonical_rows.h"
#include "state/key_encoding.h"

namespace tidemill {

// Columns that the key of the table gives exactly (join keys) are not stored a second time.
class StoredRows {
 public:
  // `key_columns`: columns of `schema` in the order of the table's key.
  StoredRows(const Schema& schema, std::span<const int32_t> key_columns);

  // Takes the rows of a batch; its columns are kept alive until the next call.
  void begin(const Batch& batch);
  // Appends the bytes of row `row` of the batch at hand.
  void append(int32_t row, std::string& bytes) const { append_key(*layout_, columns_, row, bytes); }

  // The same for several rows, a column at a time (state/canonical_rows.h): how many bytes each takes, and its bytes at
  // places of so many.
  void sizes(std::span<const int32_t> rows, std::span<uint32_t> sizes) const {
    size_canonical_rows(*layout_, columns_, rows, sizes);
  }
  void write(std::span<const int32_t> rows, std::span<const uint32_t> sizes, std::span<std::byte* const> places) const {
    write_canonical_rows(*layout_, columns_, rows, sizes, places);
  }
  // Gives up the batch.
  void end() { columns_.clear(); }

  size_t num_stored() const { return stored_.size(); }
  // Sets columns[i] to stored column i of all rows, where wanted[i] is not 0. Requires: bytes that append() or write()
  // gave; spans of num_stored().
  void read(std::span<const std::string_view> rows, std::span<const uint8_t> wanted,
            std::span<ColumnPtr> columns) const;
  // Returns a builder a stored column.
  std::vector<ColumnBuilder> make_builders() const;
  // Appends a row to the builders. Requires: bytes that append() gave.
  void read(std::string_view bytes, std::span<ColumnBuilder> builders) const { decode_key(*layout_, bytes, builders); }
  // Returns what the builders hold, and empties them, as columns that source_of() tells the places of.
  std::vector<ColumnPtr> finish(std::span<ColumnBuilder> builders) const;

  // Where a column of the schema is found: among the stored ones, or among those of the key.
  struct Source {
    bool stored = true;
    int32_t index = 0;
  };
  const std::vector<Source>& sources() const { return sources_; }

 private:
  std::vector<int32_t> stored_;  // columns of the schema
  std::vector<Type> types_;      // of the stored ones, in the schema
  std::vector<Source> sources_;
  KeyLayoutPtr layout_;
  std::vector<ColumnPtr> columns_;  // of the batch at hand, as kept
};

}  // namespace tidemill
