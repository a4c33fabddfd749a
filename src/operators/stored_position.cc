#include "operators/stored_position.h"

#include <cstddef>

namespace tidemill {

RecordField stored_position_field(std::string name) {
  RecordField field = RecordField::bytes(std::move(name), sizeof(StoredPosition), alignof(StoredPosition));
  field.text_slots = {offsetof(StoredPosition, split)};
  return field;
}

RowPosition load_position(const RecordTable& table, const StoredPosition& stored, std::string& scratch) {
  CHECK(stored.present != 0);
  return {stored.time, table.texts().load(stored.split, scratch), stored.offset};
}

void store_position(RecordTable& table, const RowPosition& position, StoredPosition& stored) {
  std::string scratch;
  stored.time = position.time;
  stored.offset = position.offset;
  stored.present = 1;
  if (table.texts().load(stored.split, scratch) != position.split) table.texts().replace(stored.split, position.split);
}

void clear_position(RecordTable& table, StoredPosition& stored) {
  table.texts().free(stored.split);
  stored = {};
}

}  // namespace tidemill
