// tests/differential/random_changes.h - tables whose rows are updated and deleted, from a seed. Rule: a row is only
// taken back where it is, so that what remains in the end is the whole truth about a query over them.
#pragma once
#include <string>
#include <vector>

#include "testing/test_file.h"
#include "tests/differential/random_query.h"

namespace tidemill::differential {

struct Change {
  RowKind kind = RowKind::kInsert;
  Row row;
};

// Rows of t and u (second). An update stands as -U and +U, one behind the other.
std::vector<Change> random_changes(Dice& dice);
std::vector<Row> remaining_rows(const std::vector<Change>& changes);

// Tables t and u that take every kind of change; no watermark.
std::string changing_tables_sql();
// A case of these changes, with a query and the rows that must come out.
TestCase case_of_changes(const std::vector<Change>& changes, const std::string& query,
                         const std::vector<std::vector<TestCell>>& rows);
// The query and the changes, for a message.
std::string as_text(const std::vector<Change>& changes, const std::string& query);

// Takes changes away, an update or a row with its deletion at a time, while `fails` says so.
template <class Fails>
std::vector<Change> shrink_changes(std::vector<Change> changes, const Fails& fails);

// Returns the changes without number `index`; and without what takes that row back, or the other half of its update.
std::vector<Change> without_change(const std::vector<Change>& changes, size_t index);

template <class Fails>
std::vector<Change> shrink_changes(std::vector<Change> changes, const Fails& fails) {
  for (size_t i = changes.size(); i-- > 0;) {
    if (i >= changes.size()) continue;
    std::vector<Change> fewer = without_change(changes, i);
    if (fails(fewer)) changes = std::move(fewer);
  }
  return changes;
}

}  // namespace tidemill::differential
