#include "state/part_contents.h"

#include <algorithm>

#include "state/snapshot_part.h"

namespace tidemill {

std::vector<SavedTable> saved_table_contents(const SnapshotReader& reader) {
  const SnapshotPart part(reader);
  std::vector<SavedTable> tables;
  for (const TableImage& table : part.image().tables) {
    SavedTable& saved = tables.emplace_back();
    saved.name = table.format->name;
    saved.kind = std::string(table_kind_name(table.format->kind));
    saved.records = num_records(table);
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

void add_table_contents(std::vector<SavedTable>& contents, const SnapshotReader& part) {
  for (SavedTable& table : saved_table_contents(part)) {
    const auto known = std::find_if(contents.begin(), contents.end(), [&](const SavedTable& other) {
      return other.name == table.name && other.companion == table.companion;
    });
    if (known == contents.end())
      contents.push_back(std::move(table));
    else
      known->records += table.records;
  }
}

}  // namespace tidemill
