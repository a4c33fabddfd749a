// state/part_contents.h - what a part of a snapshot holds, without a store to restore it into. Rule: reads the
// catalogue alone, no record.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "state/snapshot.h"

namespace tidemill {

struct SavedTable {
  std::string name;
  std::string kind;     // for people: "records", "timers"
  int64_t records = 0;  // as num_records() counts them (state_image.h)
  bool companion = false;
};

// Returns the tables of a part, in the order of their declaration, each with its companions behind it. Throws UserError
// where its head or catalogue is damaged.
std::vector<SavedTable> saved_table_contents(const SnapshotReader& part);
// Adds the contents of another part of the same operator to `contents`, table by table.
void add_table_contents(std::vector<SavedTable>& contents, const SnapshotReader& part);

}  // namespace tidemill
