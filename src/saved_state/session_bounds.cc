#include "saved_state/session_bounds.h"

#include "base/check.h"
#include "saved_state/state_columns.h"

namespace tidemill {
namespace {

constexpr int32_t kRowsAtOnce = 1024;

std::shared_ptr<const TableDescriptor> bounds_descriptor(const std::vector<Type>& key_types) {
  auto descriptor = std::make_shared<TableDescriptor>();
  descriptor->name = "bounds";
  descriptor->key_types = key_types;
  descriptor->fields = {RecordField::bytes("bounds", sizeof(SessionBounds::Bounds), alignof(SessionBounds::Bounds))};
  return descriptor;
}

}  // namespace

SessionBounds::SessionBounds(const SnapshotPart& part, const std::vector<Type>& key_types,
                             const PageTableOptions& pages)
    : pages_(pages), table_(pages_, bounds_descriptor(key_types)) {
  const TableImage* const intervals = find_table(part.image(), {std::string(kIntervalsTable), ""}).first;
  CHECK(intervals != nullptr);
  CHECK_EQ(intervals->format->offsets.size(), size_t{1});
  PartRowReader reader(part, {intervals, -1});
  PartRows rows(make_key_layout(intervals->format->key_types));
  while (reader.next(kRowsAtOnce, rows)) add(rows, intervals->format->offsets[0]);
}

void SessionBounds::add(const PartRows& intervals, uint32_t end_offset) {
  std::vector<ColumnBuilder> builders;
  for (const Type& type : intervals.keys.layout().types()) builders.emplace_back(type);
  intervals.keys.decode(builders);
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
  ColumnBuilder sessions(table_.key_layout()->types().back());
  for (const int64_t session : intervals.sequences) sessions.append(session);
  columns.push_back(sessions.finish());

  KeyBatch keys(table_.key_layout());
  keys.assign(columns, intervals.size());
  std::vector<std::byte*> records(static_cast<size_t>(intervals.size()));
  std::vector<uint8_t> created(records.size());
  table_.upsert(keys, records, created);
  const uint32_t offset = table_.layout().offset(0);
  for (size_t i = 0; i < records.size(); ++i) {
    Bounds bounds{intervals.times[i], 0};
    std::memcpy(&bounds.end, intervals.records[i] + end_offset, sizeof(bounds.end));
    std::memcpy(records[i] + offset, &bounds, sizeof(bounds));
  }
  pages_.release();
}

void SessionBounds::find(const KeyBatch& sessions, std::vector<const Bounds*>& bounds) {
  pages_.release();
  std::vector<const std::byte*> records(static_cast<size_t>(sessions.num_rows()));
  table_.find(sessions, records);
  const uint32_t offset = table_.layout().offset(0);
  for (const std::byte* record : records)
    bounds.push_back(record == nullptr ? nullptr : reinterpret_cast<const Bounds*>(record + offset));
}

}  // namespace tidemill
