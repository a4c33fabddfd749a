// state/state_image.h - what a store's tables are, apart from their pages: enough to read the pages elsewhere. Rule:
// says where every field lies, so that reading never depends on how this version would lay a record out.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_stream.h"
#include "state/changed_blocks.h"
#include "state/key_groups.h"
#include "state/operator_scalars.h"
#include "state/record_log.h"
#include "state/slice_tables.h"
#include "state/sub_key_tree.h"
#include "state/table_descriptor.h"

namespace tidemill {

class ListTable;
class OrderedTable;
class TimerQueue;

// Frozen: part of the snapshot format.
enum class TableKind : uint8_t {
  kRecords = 1,
  kSlices = 2,
  kOrdered = 3,
  kTimers = 4,
  kSplits = 5,
  kDistinctCounts = 6,
  kOrderedValues = 7,
  kOrderedSequence = 8,
  kLists = 9,
};
std::string_view table_kind_name(TableKind kind);

struct TableFormat {
  TableKind kind = TableKind::kRecords;
  SubKeyKind sub_key_kind = SubKeyKind::kTimeSequence;
  std::string name;
  uint32_t version = 1;
  DurationMillis time_to_live_ms = 0;
  std::vector<Type> key_types;
  int32_t partition_columns = -1;   // as in TableDescriptor
  std::vector<Type> value_types;    // of a companion
  std::vector<RecordField> fields;  // of a record; of ordered tables, of a row
  std::vector<uint32_t> offsets;    // of the fields
  RecordPageShape shape{1, 1};      // of the pages of records; of ordered tables and lists, of the directory
  uint32_t tree_offset = 0;         // of the TreeRoot, or the ListRoot, in a record of the directory
  std::vector<TableFormat> companions;
};

TableFormat format_of(const RecordTable& table);
TableFormat format_of(const SliceTables& tables);
TableFormat format_of(const OrderedTable& table);
TableFormat format_of(const ListTable& table);
TableFormat format_of(const TimerQueue& timers);

// One record table, slice, ordered table, table of lists or companion.
struct InstanceImage {
  SliceId slice;
  RecordLogImage log;
  std::vector<InstanceImage> companions;
};

InstanceImage image_of(const RecordTable& table);
InstanceImage image_of(const OrderedTable& table);
InstanceImage image_of(const ListTable& table);

struct TableImage {
  std::shared_ptr<const TableFormat> format;
  std::vector<InstanceImage> instances;  // kSlices: one a slice, ascending; kRecords, kOrdered, kLists: one
  TreeRoot timers;
  std::map<std::string, std::string, std::less<>> splits;
};

// Returns the bytes of a record that has these fields and no key: of a row of an ordered table or a list.
uint32_t row_record_bytes(const TableFormat& format);

// Returns how many records a table holds: of all its slices; of ordered tables and lists, keys; of timers, those that
// are set.
int64_t num_records(const TableImage& table);

// A store at one moment.
struct StateImage {
  int32_t max_parallelism = 0;
  KeyGroupRange key_groups;
  std::vector<TableImage> tables;
  std::map<std::string, OperatorScalars::Scalar, std::less<>> scalars;
};

// Scalars and tables only: the head of a part has the rest.
void write_image(const StateImage& image, ByteWriter& out);
StateImage read_image(ByteReader& in);

// A store at one moment with its pages, independent of the store.
class FrozenState {
 public:
  FrozenState(StateImage image, std::unique_ptr<const FrozenPages> pages)
      : image_(std::move(image)), pages_(std::move(pages)) {}
  const StateImage& image() const { return image_; }
  const FrozenPages& pages() const { return *pages_; }

  // Says what changed since checkpoint `base`: by page id.
  void set_changes(int64_t base, std::shared_ptr<const std::vector<ChangedBlocks>> changes) {
    base_ = base;
    changes_ = std::move(changes);
  }
  // The checkpoint that changes() are counted from, 0: it is not known what changed.
  int64_t base() const { return base_; }
  // Requires: base() != 0, an allocated page.
  const ChangedBlocks& changes(PageId id) const { return (*changes_)[id]; }

 private:
  StateImage image_;
  std::unique_ptr<const FrozenPages> pages_;
  int64_t base_ = 0;
  std::shared_ptr<const std::vector<ChangedBlocks>> changes_;
};

}  // namespace tidemill
