// operators/side_rows.h - rows of a side of a join, read from state to come out alone. Rule: columns that are no part
// of a stored row are those of its key.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "operators/join_side.h"

namespace tidemill {

class SideRows {
 public:
  // `side` is borrowed.
  explicit SideRows(const JoinSide& side) : side_(&side), builders_(side.rows().make_builders()) {}

  int32_t size() const { return static_cast<int32_t>(keys_.size()); }
  // Adds the row of a sub-key; `key` is its key's place among the keys that finish() is given.
  void add(std::string_view sub_key, int32_t key);
  // Returns the rows, of the side's schema, and removes them.
  Batch finish(const KeyBatch& keys);

 private:
  const JoinSide* side_;
  std::vector<ColumnBuilder> builders_;
  std::vector<int32_t> keys_;  // of each row
};

// Returns rows of one side as the join shows them, with NULLs for the other side.
Batch standing_alone(const JoinSpec& spec, int32_t port, const Batch& rows);

}  // namespace tidemill
