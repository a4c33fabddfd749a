// saved_state/state_difference.h - what two checkpoints differ in, row by row. Rule: rows are those of the same
// operator id, table and key, wherever they lay; memory does not grow with the state.
//
// The rows of the older one whose keys hash into a range are put in a table that spills, those of the newer one are
// looked up there; ranges are halved until one has few enough rows for its index.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "saved_state/saved_state.h"

namespace tidemill {

struct DifferenceOptions {
  int64_t rows_shown = 10;         // a table
  int64_t rows_at_once = 1 << 22;  // whose index is in memory
  StateReading reading;
};

// A row that is not the same in both, as text: "name=value, …".
struct RowChange {
  std::string key;
  std::optional<std::string> before;
  std::optional<std::string> after;
  bool operator==(const RowChange&) const = default;
};

struct TableDifference {
  std::string operator_id;
  std::string operator_name;
  std::string table;
  int64_t added = 0;
  int64_t removed = 0;
  int64_t changed = 0;  // also where only what no column shows is different: AVG keeps a sum and a count
  int64_t same = 0;
  std::vector<RowChange> rows = {};  // the first ones

  bool any() const { return added + removed + changed > 0; }
};

// Compares keyed state and splits of all operators, those of the newer checkpoint first. Blocks. Throws UserError where
// a checkpoint is damaged.
std::vector<TableDifference> compare_states(const SavedState& before, const SavedState& after, FileSystem& files,
                                            const DifferenceOptions& options);

struct DifferenceText {
  std::string text;
  std::string json;  // one line
};
DifferenceText difference_text(const SavedState& before, const SavedState& after,
                               const std::vector<TableDifference>& tables);

}  // namespace tidemill
