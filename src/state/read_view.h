// state/read_view.h - the tables of a store as they were at an epoch, for readers outside the task. Rule: immutable and
// consistent across tables; reading costs the reader, not the stream.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/key_encoding.h"
#include "state/slice_tables.h"
#include "state/sub_key.h"
#include "state/table_descriptor.h"

namespace tidemill {

class FrozenState;
struct TableFormat;

// Read on any thread, by one reader at a time.
class ReadView {
 public:
  explicit ReadView(std::unique_ptr<const FrozenState> state);
  ~ReadView();

  // Names of the tables: record, slice and ordered ones.
  std::vector<std::string> tables() const;
  // Returns where each field lies in a record. Requires: a table of the name.
  const TableFormat& format(std::string_view table) const;

  // Calls `visit` for each record of a record table, in insertion order, until it returns false. Requires: a table of
  // the name. `key` is valid during the call.
  using RecordVisit = std::function<bool(KeyView key, const std::byte* record)>;
  void scan(std::string_view table, const RecordVisit& visit) const;
  // Returns the record of a key, nullptr where absent. The first call reads the whole table to index it.
  const std::byte* find(std::string_view table, KeyView key);
  // Ids of the open slices of slice tables, ascending, and the records of one.
  std::vector<SliceId> slices(std::string_view table) const;
  void scan(std::string_view table, const SliceId& slice, const RecordVisit& visit) const;
  // Calls `visit` for each row of an ordered table: keys in insertion order, the rows of each by sub-key.
  using RowVisit = std::function<bool(KeyView key, const SubKey& sub_key, const std::byte* record)>;
  void scan_rows(std::string_view table, const RowVisit& visit) const;
  // Returns the text of a kText field at `field` in a record.
  std::string text(const std::byte* field) const;

 private:
  struct KeyIndex;
  std::unique_ptr<const FrozenState> state_;
  std::vector<std::unique_ptr<KeyIndex>> indexes_;
};

}  // namespace tidemill
