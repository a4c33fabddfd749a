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
    for (size_t i = 0; i < table.format->companions.size(); ++i) {
      const TableFormat& format = table.format->companions[i];
      SavedTable& companion =
          tables.emplace_back(SavedTable{format.name, std::string(table_kind_name(format.kind)), 0, true});
      for (const InstanceImage& instance : table.instances)
        companion.records += instance.companions[i].log.live_records;
    }
  }
  return tables;
}

std::vector<std::string> saved_tables(const SnapshotReader& reader) {
  std::vector<std::string> names;
  for (const SavedTable& table : saved_table_contents(reader))
    if (!table.companion) names.push_back(table.name);
  return names;
}

}  // namespace tidemill
