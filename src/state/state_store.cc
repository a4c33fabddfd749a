#include "state/state_store.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "state/list_table.h"
#include "state/restore.h"
#include "state/snapshot_part.h"
#include "state/state_image.h"

namespace tidemill {
namespace {

constexpr uint32_t kReleasesPerCharge = 16;  // adding up indexes costs microseconds; in 16 batches they grow little

}  // namespace

// One declared table: exactly one of the pointers is set.
struct StateStore::Table {
  std::string name;
  std::unique_ptr<RecordTable> records;
  std::unique_ptr<SliceTables> slices;
  std::unique_ptr<OrderedTable> ordered;
  std::unique_ptr<ListTable> lists;
  std::unique_ptr<TimerQueue> timers;
  std::unique_ptr<SplitState> splits;
  std::shared_ptr<const TableFormat> format;

  void clear() const;
  void maintain() const;
  size_t bytes_outside_pages() const;
  TableImage image() const;
  int64_t restore(const RestoreScope& scope, const TableImage& saved) const;
};

void StateStore::Table::clear() const {
  if (records) records->clear();
  if (slices) slices->clear();
  if (ordered) ordered->clear();
  if (lists) lists->clear();
  if (timers) timers->clear();
  if (splits) splits->clear();
}

void StateStore::Table::maintain() const {
  if (records) records->maintain();
  if (slices) slices->maintain();
  if (ordered) ordered->maintain();
  if (lists) lists->maintain();
}

size_t StateStore::Table::bytes_outside_pages() const {
  if (records) return records->index_bytes();
  if (slices) return slices->index_bytes();
  if (ordered) return ordered->index_bytes();
  if (lists) return lists->index_bytes();
  if (splits) return splits->memory_bytes();
  return 0;
}

TableImage StateStore::Table::image() const {
  TableImage image;
  image.format = format;
  if (records) image.instances.push_back(image_of(*records));
  if (ordered) image.instances.push_back(image_of(*ordered));
  if (lists) image.instances.push_back(image_of(*lists));
  if (timers) image.timers = timers->root();
  if (splits) image.splits = splits->splits();
  if (slices) {
    for (const SliceId& id : slices->ids()) {
      const SliceTables& tables = *slices;
      image.instances.push_back(image_of(*tables.find(id)));
      image.instances.back().slice = id;
    }
  }
  return image;
}

int64_t StateStore::Table::restore(const RestoreScope& scope, const TableImage& saved) const {
  int64_t added = 0;
  for (const InstanceImage& instance : saved.instances) {
    if (records) added += restore_records(scope, *saved.format, instance, *records);
    if (ordered) added += restore_rows(scope, *saved.format, instance, *ordered);
    if (lists) added += restore_lists(scope, *saved.format, instance, *lists);
    if (!slices) continue;
    // A slice none of whose keys are ours is not opened.
    const bool open = slices->find(instance.slice) != nullptr;
    const int64_t before = added;
    added += restore_records(scope, *saved.format, instance, slices->slice(instance.slice));
    if (!open && added == before) slices->drop(instance.slice);
  }
  if (timers) added += restore_timers(scope, saved, *timers);
  return added;
}

StateStore::StateStore(const StateStoreOptions& options) : options_(options), pages_(options.pages) {
  CHECK_MSG(options.max_parallelism >= 1 && options.max_parallelism <= kMaxParallelismLimit, "max parallelism {}",
            options.max_parallelism);
}

StateStore::~StateStore() {
  if (options_.pages.budget != nullptr)
    options_.pages.budget->charge(MemoryKind::kStateIndexes, -static_cast<int64_t>(charged_));
}

StateStore::Table& StateStore::declare(std::string_view name) {
  for (const std::unique_ptr<Table>& table : tables_)
    CHECK_MSG(table->name != name, "table {} is declared twice", name);
  Table& table = *tables_.emplace_back(std::make_unique<Table>());
  table.name = name;
  return table;
}

RecordTable& StateStore::record_table(const TableDescriptor& descriptor) {
  Table& table = declare(descriptor.name);
  table.records = std::make_unique<RecordTable>(pages_, std::make_shared<const TableDescriptor>(descriptor));
  table.format = std::make_shared<const TableFormat>(format_of(*table.records));
  return *table.records;
}

SliceTables& StateStore::slice_tables(const TableDescriptor& descriptor) {
  Table& table = declare(descriptor.name);
  table.slices = std::make_unique<SliceTables>(pages_, std::make_shared<const TableDescriptor>(descriptor));
  table.format = std::make_shared<const TableFormat>(format_of(*table.slices));
  return *table.slices;
}

OrderedTable& StateStore::ordered_table(const TableDescriptor& descriptor, SubKeyKind kind) {
  Table& table = declare(descriptor.name);
  table.ordered = std::make_unique<OrderedTable>(pages_, std::make_shared<const TableDescriptor>(descriptor), kind);
  table.format = std::make_shared<const TableFormat>(format_of(*table.ordered));
  return *table.ordered;
}

ListTable& StateStore::list_table(const TableDescriptor& descriptor) {
  Table& table = declare(descriptor.name);
  table.lists = std::make_unique<ListTable>(pages_, std::make_shared<const TableDescriptor>(descriptor));
  table.format = std::make_shared<const TableFormat>(format_of(*table.lists));
  return *table.lists;
}

TimerQueue& StateStore::timers(const TimerDescriptor& descriptor) {
  Table& table = declare(descriptor.name);
  table.timers = std::make_unique<TimerQueue>(pages_, std::make_shared<const TimerDescriptor>(descriptor));
  table.format = std::make_shared<const TableFormat>(format_of(*table.timers));
  return *table.timers;
}

SplitState& StateStore::split_state(std::string_view name) {
  Table& table = declare(name);
  table.splits = std::make_unique<SplitState>();
  TableFormat format;
  format.kind = TableKind::kSplits;
  format.name = name;
  table.format = std::make_shared<const TableFormat>(std::move(format));
  return *table.splits;
}

std::vector<const TableFormat*> StateStore::formats() const {
  std::vector<const TableFormat*> formats;
  for (const std::unique_ptr<Table>& table : tables_) formats.push_back(table->format.get());
  return formats;
}

std::vector<TimerQueue*> StateStore::timer_queues() {
  std::vector<TimerQueue*> queues;
  for (const std::unique_ptr<Table>& table : tables_)
    if (table->timers) queues.push_back(table->timers.get());
  return queues;
}

void StateStore::release() {
  for (const std::unique_ptr<Table>& table : tables_) table->maintain();
  if (options_.pages.budget != nullptr && releases_++ % kReleasesPerCharge == 0) charge_bytes_outside_pages();
  pages_.release();
}

std::unique_ptr<FrozenState> StateStore::freeze_state() {
  StateImage image;
  image.max_parallelism = options_.max_parallelism;
  image.key_groups = options_.key_groups;
  image.scalars = scalars_.all();
  for (const std::unique_ptr<Table>& table : tables_) image.tables.push_back(table->image());
  return std::make_unique<FrozenState>(std::move(image), pages_.freeze());
}

std::unique_ptr<PendingSnapshot> StateStore::freeze(int64_t checkpoint) {
  return std::make_unique<PendingSnapshot>(checkpoint, freeze_state());
}

std::unique_ptr<PendingSnapshot> StateStore::freeze_changes(int64_t checkpoint, int64_t decided) {
  CHECK_MSG(decided < checkpoint, "checkpoint {} after {}", checkpoint, decided);
  if (frozen_.checkpoint != 0 && frozen_.checkpoint == decided)
    base_ = decided;
  else if (frozen_.blocks != nullptr)
    pages_.add_changes(*frozen_.blocks);
  frozen_ = {checkpoint, std::make_shared<const std::vector<ChangedBlocks>>(pages_.take_changes())};
  std::unique_ptr<FrozenState> state = freeze_state();
  if (base_ != 0 && base_ == decided) state->set_changes(base_, frozen_.blocks);
  return std::make_unique<PendingSnapshot>(checkpoint, std::move(state));
}

std::unique_ptr<ReadView> StateStore::read_view() { return std::make_unique<ReadView>(freeze_state()); }

void StateStore::clear() {
  for (const std::unique_ptr<Table>& table : tables_) table->clear();
  scalars_.clear();
  pages_.release();
}

size_t StateStore::bytes_outside_pages() const {
  size_t bytes = scalars_.memory_bytes() + pages_.entry_bytes();
  for (const std::unique_ptr<Table>& table : tables_) bytes += table->bytes_outside_pages();
  return bytes;
}

void StateStore::charge_bytes_outside_pages() {
  const size_t bytes = bytes_outside_pages();
  options_.pages.budget->charge(MemoryKind::kStateIndexes,
                                static_cast<int64_t>(bytes) - static_cast<int64_t>(charged_));
  charged_ = bytes;
}

size_t StateStore::memory_bytes() const { return pages_.memory_bytes() + bytes_outside_pages(); }

namespace {

constexpr std::string_view kPartsHint = "Give all parts of one checkpoint of this operator.";

// Throws where the parts are not those of one checkpoint that together hold every key group once.
void check_parts(const std::vector<SnapshotPart>& parts, int32_t max_parallelism) {
  std::vector<const SnapshotPart*> owners(static_cast<size_t>(max_parallelism));
  for (const SnapshotPart& part : parts) {
    if (part.info().max_parallelism != max_parallelism)
      throw UserError(fmt::format("State was saved with max parallelism {}, it is {} now, in part {}",
                                  part.info().max_parallelism, max_parallelism, part.name()),
                      "Set pipeline.max-parallelism to the value it had.");
    if (part.info().checkpoint != parts[0].info().checkpoint)
      throw UserError(fmt::format("State is of different checkpoints: {} in part {}, {} in part {}",
                                  parts[0].info().checkpoint, parts[0].name(), part.info().checkpoint, part.name()),
                      std::string(kPartsHint));
    const KeyGroupRange range = part.info().key_groups;
    for (int32_t group = std::max(range.first, 0); group <= std::min(range.last, max_parallelism - 1); ++group) {
      const SnapshotPart*& owner = owners[static_cast<size_t>(group)];
      if (owner != nullptr)
        throw UserError(
            fmt::format("State holds key group {} twice, in part {} and in part {}", group, owner->name(), part.name()),
            std::string(kPartsHint));
      owner = &part;
    }
  }
  for (int32_t group = 0; group < max_parallelism; ++group) {
    if (owners[static_cast<size_t>(group)] == nullptr)
      throw UserError(fmt::format("State lacks key group {}: a part is missing", group), std::string(kPartsHint));
  }
}

void merge_scalars(const std::vector<SnapshotPart>& parts, bool owns_first_group, OperatorScalars& scalars) {
  for (const SnapshotPart& part : parts) {
    for (const auto& [name, saved] : part.image().scalars) {
      const std::optional<int64_t> present = scalars.get(name);
      switch (saved.merge) {
        case ScalarMerge::kMinimum:
          scalars.set(name, saved.merge, std::min(saved.value, present.value_or(saved.value)));
          break;
        case ScalarMerge::kMaximum:
          scalars.set(name, saved.merge, std::max(saved.value, present.value_or(saved.value)));
          break;
        case ScalarMerge::kSum:
          if (owns_first_group) scalars.add(name, saved.value);
          break;
      }
    }
  }
}

void restore_splits(const SnapshotPart& part, const TableImage& saved, const OwnsSplit& owns_split,
                    SplitState& splits) {
  for (const auto& [split, bytes] : saved.splits) {
    if (!owns_split(split)) continue;
    if (splits.get(split))
      throw UserError(fmt::format("State is damaged: split {} is in two parts, one is {}", split, part.name()),
                      "Restore from an older checkpoint.");
    splits.put(split, bytes);
  }
}

// Returns how many records of a table the parts hold in these key groups, as far as can be told before reading them.
int64_t expected_records(const std::vector<SnapshotPart>& parts, const std::string& table, KeyGroupRange mine) {
  double records = 0;
  for (const SnapshotPart& part : parts) {
    const KeyGroupRange range = part.info().key_groups;
    for (const TableImage& saved : part.image().tables) {
      if (saved.format->name != table || range.size() == 0) continue;
      records += static_cast<double>(num_records(saved)) * range.overlap(mine).size() / range.size();
    }
  }
  return static_cast<int64_t>(records);
}

}  // namespace

RestoreReport StateStore::restore(std::span<const SnapshotReader* const> readers, const OwnsSplit& owns_split) {
  CHECK_MSG(!readers.empty(), "a restore needs parts");
  clear();
  try {
    std::vector<SnapshotPart> parts;
    for (const SnapshotReader* reader : readers) parts.emplace_back(*reader);
    std::sort(parts.begin(), parts.end(), [](const SnapshotPart& a, const SnapshotPart& b) {
      return a.info().key_groups.first < b.info().key_groups.first;
    });
    check_parts(parts, options_.max_parallelism);
    RestoreReport report;
    merge_scalars(parts, options_.key_groups.contains(0), scalars_);
    for (const std::unique_ptr<Table>& table : tables_)
      if (table->records) table->records->reserve(expected_records(parts, table->name, options_.key_groups));
    for (SnapshotPart& part : parts) restore_part(part, owns_split, report);
    for (const std::string& lost : report.tables_lost) std::erase(report.tables_empty, lost);
    return report;
  } catch (...) {
    clear();
    throw;
  }
}

void StateStore::restore_part(SnapshotPart& part, const OwnsSplit& owns_split, RestoreReport& report) {
  const auto note = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  const bool overlaps = part.info().key_groups.overlaps(options_.key_groups);
  if (overlaps) part.read_pages(options_.pages);
  const RestoreScope scope{&part, options_.key_groups, options_.max_parallelism, &pages_};
  for (const TableImage& saved : part.image().tables) {
    const auto declared = std::find_if(tables_.begin(), tables_.end(),
                                       [&](const auto& table) { return table->name == saved.format->name; });
    if (declared == tables_.end()) {
      note(num_records(saved) == 0 ? report.tables_empty : report.tables_lost, saved.format->name);
      continue;
    }
    compare_formats(*saved.format, *(*declared)->format, report);
    if ((*declared)->splits)
      restore_splits(part, saved, owns_split, *(*declared)->splits);
    else if (overlaps)
      report.records += (*declared)->restore(scope, saved);
    pages_.release();
  }
  part.drop_pages();
  for (const std::unique_ptr<Table>& table : tables_) {
    const bool is_saved = std::any_of(part.image().tables.begin(), part.image().tables.end(),
                                      [&](const TableImage& saved) { return saved.format->name == table->name; });
    if (!is_saved) note(report.tables_new, table->name);
  }
}

}  // namespace tidemill
