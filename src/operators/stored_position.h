// operators/stored_position.h - a RowPosition in a record. Rule: all zeros: none.
#pragma once
#include <string>

#include "operators/row_positions.h"
#include "state/record_table.h"

namespace tidemill {

struct StoredPosition {
  int64_t time;
  int64_t offset;
  StoredText split;
  uint64_t present;
};

RecordField stored_position_field(std::string name);
// Returns the position. Its split lies in the table, or in `scratch`. Requires: present.
RowPosition load_position(const RecordTable& table, const StoredPosition& stored, std::string& scratch);
void store_position(RecordTable& table, const RowPosition& position, StoredPosition& stored);
void clear_position(RecordTable& table, StoredPosition& stored);

}  // namespace tidemill
