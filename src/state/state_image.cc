#include "state/state_image.h"

#include "base/check.h"
#include "state/distinct_counts.h"
#include "state/list_table.h"
#include "state/ordered_sequence.h"
#include "state/ordered_values.h"
#include "state/timer_queue.h"

namespace tidemill {
namespace {

TableFormat records_format(const RecordTable& table) {
  TableFormat format;
  format.kind = TableKind::kRecords;
  format.name = table.descriptor().name;
  format.version = table.descriptor().version;
  format.time_to_live_ms = table.descriptor().time_to_live_ms;
  format.key_types = table.descriptor().key_types;
  format.partition_columns = table.descriptor().partition_columns;
  format.fields = table.layout().fields();
  for (int32_t field = 0; field < static_cast<int32_t>(format.fields.size()); ++field)
    format.offsets.push_back(table.layout().offset(field));
  format.shape = RecordPageShape(table.layout().record_bytes(), table.layout().align());
  return format;
}

// Of a table whose keys have rows: its directory, and the fields of a row.
template <class Table>
TableFormat rows_format(const Table& table) {
  TableFormat format = records_format(table.directory());
  format.tree_offset = format.offsets[0];
  format.version = table.descriptor().version;
  format.time_to_live_ms = table.descriptor().time_to_live_ms;
  format.fields = table.layout().fields();
  format.offsets.clear();
  for (int32_t field = 0; field < static_cast<int32_t>(format.fields.size()); ++field)
    format.offsets.push_back(table.layout().offset(field));
  return format;
}

TableFormat companion_format(const CompanionSet& set, int32_t index, const CompanionDescriptor& descriptor) {
  TableFormat format;
  switch (descriptor.kind) {
    case CompanionKind::kDistinctCounts:
      format = records_format(set.distinct_counts(index).table());
      format.kind = TableKind::kDistinctCounts;
      break;
    case CompanionKind::kOrderedValues:
      format = format_of(set.ordered_values(index).table());
      format.kind = TableKind::kOrderedValues;
      break;
    case CompanionKind::kOrderedSequence:
      format = format_of(set.ordered_sequence(index).table());
      format.kind = TableKind::kOrderedSequence;
      break;
  }
  format.value_types = descriptor.value_types;
  return format;
}

}  // namespace

std::string_view table_kind_name(TableKind kind) {
  switch (kind) {
    case TableKind::kRecords:
      return "a record table";
    case TableKind::kSlices:
      return "slice tables";
    case TableKind::kOrdered:
      return "an ordered table";
    case TableKind::kTimers:
      return "timers";
    case TableKind::kSplits:
      return "split state";
    case TableKind::kDistinctCounts:
      return "distinct counts";
    case TableKind::kOrderedValues:
      return "ordered values";
    case TableKind::kOrderedSequence:
      return "an ordered sequence";
    case TableKind::kLists:
      return "lists";
  }
  CHECK_MSG(false, "table kind {}", static_cast<int>(kind));
}

TableFormat format_of(const RecordTable& table) {
  TableFormat format = records_format(table);
  const std::vector<CompanionDescriptor>& companions = table.descriptor().companions;
  for (size_t i = 0; i < companions.size(); ++i)
    format.companions.push_back(companion_format(table.companions(), static_cast<int32_t>(i), companions[i]));
  return format;
}

TableFormat format_of(const SliceTables& tables) {
  TableFormat format = format_of(*tables.make_scratch());
  format.kind = TableKind::kSlices;
  return format;
}

TableFormat format_of(const OrderedTable& table) {
  TableFormat format = rows_format(table);
  format.kind = TableKind::kOrdered;
  format.sub_key_kind = table.sub_key_kind();
  return format;
}

TableFormat format_of(const ListTable& table) {
  TableFormat format = rows_format(table);
  format.kind = TableKind::kLists;
  format.sub_key_kind = SubKeyKind::kBytes;
  return format;
}

TableFormat format_of(const TimerQueue& timers) {
  TableFormat format;
  format.kind = TableKind::kTimers;
  format.sub_key_kind = SubKeyKind::kBytes;
  format.name = timers.descriptor().name;
  format.key_types = timers.descriptor().key_types;
  format.partition_columns = timers.descriptor().partition_columns;
  return format;
}

InstanceImage image_of(const RecordTable& table) {
  InstanceImage image;
  image.log = table.image();
  const std::vector<CompanionDescriptor>& companions = table.descriptor().companions;
  for (size_t i = 0; i < companions.size(); ++i) {
    const auto index = static_cast<int32_t>(i);
    switch (companions[i].kind) {
      case CompanionKind::kDistinctCounts:
        image.companions.push_back(image_of(table.companions().distinct_counts(index).table()));
        break;
      case CompanionKind::kOrderedValues:
        image.companions.push_back(image_of(table.companions().ordered_values(index).table()));
        break;
      case CompanionKind::kOrderedSequence:
        image.companions.push_back(image_of(table.companions().ordered_sequence(index).table()));
        break;
    }
  }
  return image;
}

InstanceImage image_of(const OrderedTable& table) { return image_of(table.directory()); }
InstanceImage image_of(const ListTable& table) { return image_of(table.directory()); }

uint32_t row_record_bytes(const TableFormat& format) {
  TableDescriptor fields;
  fields.fields = format.fields;
  return RecordLayout(fields).record_bytes();
}

int64_t num_records(const TableImage& table) {
  int64_t records = table.timers.rows + static_cast<int64_t>(table.splits.size());
  for (const InstanceImage& instance : table.instances) records += instance.log.live_records;
  return records;
}

}  // namespace tidemill
