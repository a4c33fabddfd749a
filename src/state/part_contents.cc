#include "state/part_contents.h"

#include "state/snapshot_part.h"

namespace tidemill {

std::vector<SavedTable> saved_table_contents(const SnapshotReader& reader) {
  const SnapshotPart part(reader);
  std::vector<SavedTable> tables;
  for (const TableImage& table : part.image().tables) {
    SavedTable& saved = tables.emplace_back();
    saved.name = table.format->name;
    saved.kind = std::string(table_kind_name(table.format->kind));
    saved.records = table.timers.rows + static_cast<int64_t>(table.splits.size());
    for (const InstanceImage& instance : table.instances) saved.records += instance.log.live_records;
  }
  return tables;
}

std::vector<std::string> saved_tables(const SnapshotReader& reader) {
  std::vector<std::string> names;
  for (const SavedTable& table : saved_table_contents(reader)) names.push_back(table.name);
  return names;
}

}  // namespace tidemill
