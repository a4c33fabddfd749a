// Drives stores with random batches, freezes, views and restores at other parallelisms, and compares everything with
// plain maps after each step. A failing seed prints itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "env/simulated/simulated_environment.h"
#include "state/key_encoding.h"
#include "tests/unit/state/model/steps.h"

namespace tidemill::state_test {
namespace {

constexpr int32_t kSeeds = 80;
constexpr int32_t kSteps = 36;
constexpr int32_t kMaxParallelism = 12;

using Parts = std::vector<std::unique_ptr<SnapshotBuffer>>;

// The stores of one operator at some parallelism, and their models.
struct Subtasks {
  std::vector<std::unique_ptr<StoreUnderTest>> stores;
  std::vector<StoreModel> models;
};

Subtasks make_subtasks(int32_t parallelism, const PageTableOptions& pages) {
  Subtasks subtasks;
  for (int32_t i = 0; i < parallelism; ++i) {
    subtasks.stores.push_back(std::make_unique<StoreUnderTest>(
        kMaxParallelism, key_groups_of_subtask(kMaxParallelism, parallelism, i), pages));
  }
  subtasks.models.resize(static_cast<size_t>(parallelism));
  return subtasks;
}

// Whether a key of these types belongs to the range by its first columns (-1: all).
bool owns(KeyGroupRange range, const KeyLayoutPtr& layout, const std::string& key, int32_t partition_columns = -1) {
  if (partition_columns < 0) return range.contains(key_group_of(hash_key(*layout, key), kMaxParallelism));
  const KeyLayout leading({layout->types().begin(), layout->types().begin() + partition_columns});
  std::string prefix;
  append_key_prefix(*layout, key, partition_columns, prefix);
  return range.contains(key_group_of(hash_key(leading, prefix), kMaxParallelism));
}

// Appends what `from` holds of a store's key groups: keys keep their order, parts follow each other.
void append_records(const RecordTableModel& from, KeyGroupRange range, const KeyLayoutPtr& layout,
                    int32_t partition_columns, RecordTableModel& to) {
  for (const std::string& key : from.order) {
    if (owns(range, layout, key, partition_columns)) to.upsert(key) = from.records.at(key);
  }
}

// TableModel: OrderedTableModel or ListTableModel.
template <class TableModel>
void append_rows(const TableModel& from, KeyGroupRange range, const KeyLayoutPtr& layout, TableModel& to) {
  for (const std::string& key : from.order) {
    if (!owns(range, layout, key)) continue;
    to.order.push_back(key);
    to.rows[key] = from.rows.at(key);
  }
}

Ownership ownership_of(const Subtasks& subtasks, size_t index) {
  return {kMaxParallelism, static_cast<int32_t>(subtasks.stores.size()), static_cast<int32_t>(index)};
}

// Says what the stores of `to` must hold after a restore of `from`.
void rescale_models(const std::vector<StoreModel>& from, Subtasks& to) {
  for (size_t i = 0; i < to.stores.size(); ++i) {
    const StoreUnderTest& subject = *to.stores[i];
    const Ownership ownership = ownership_of(to, i);
    const KeyGroupRange range = ownership.key_groups();
    StoreModel& model = to.models[i];
    for (const StoreModel& old : from) {
      append_records(old.wide, range, subject.wide->key_layout(), 1, model.wide);
      append_records(old.narrow, range, subject.narrow->key_layout(), -1, model.narrow);
      append_rows(old.timed, range, subject.timed->key_layout(), model.timed);
      append_rows(old.named, range, subject.named->key_layout(), model.named);
      append_rows(old.lists, range, subject.lists->key_layout(), model.lists);
      for (const auto& [id, slice] : old.slices) {
        RecordTableModel mine;
        append_records(slice, range, subject.slices->key_layout(), -1, mine);
        for (const std::string& key : mine.order) model.slices[id].upsert(key) = mine.records.at(key);
      }
      for (const auto& [timer, present] : old.timers) {
        if (owns(range, subject.timers->key_layout(), timer.second)) model.timers[timer] = present;
      }
      for (const auto& [split, bytes] : old.splits) {
        if (ownership.owns_split(split)) model.splits[split] = bytes;
      }
      if (i == 0) model.late_rows += old.late_rows;
      if (old.watermark) model.watermark = std::min(*old.watermark, model.watermark.value_or(*old.watermark));
    }
  }
}

// Restores parts into new subtasks; `models` say what the parts hold.
Subtasks restore(const Parts& parts, const std::vector<StoreModel>& models, int32_t parallelism,
                 const PageTableOptions& pages) {
  Subtasks subtasks = make_subtasks(parallelism, pages);
  rescale_models(models, subtasks);
  std::vector<const SnapshotReader*> readers;
  for (const std::unique_ptr<SnapshotBuffer>& part : parts) readers.push_back(part.get());
  for (size_t i = 0; i < subtasks.stores.size(); ++i) {
    const RestoreReport report = subtasks.stores[i]->store.restore(
        readers, [&](std::string_view split) { return ownership_of(subtasks, i).owns_split(split); });
    EXPECT_TRUE(report.tables_lost.empty() && report.tables_new.empty());
    EXPECT_TRUE(report.fields_added.empty() && report.fields_removed.empty());
  }
  return subtasks;
}

// Something frozen with what it must hold, looked at some steps later.
struct Held {
  std::unique_ptr<ReadView> view;                           // of one store
  std::vector<std::unique_ptr<PendingSnapshot>> snapshots;  // or of all
  Parts parts;                                              // or written
  std::vector<StoreModel> models;
};

void check_held(Held& held, const PageTableOptions& pages) {
  if (held.view) return verify_view(*held.view, held.models[0]);
  Parts parts = std::move(held.parts);
  for (size_t i = 0; i < held.snapshots.size(); ++i) {
    parts.push_back(std::make_unique<SnapshotBuffer>(fmt::format("part-{}", i)));
    held.snapshots[i]->write(*parts.back());
  }
  Subtasks restored = restore(parts, held.models, static_cast<int32_t>(parts.size()), pages);
  for (size_t i = 0; i < restored.stores.size(); ++i) verify(*restored.stores[i], restored.models[i]);
}

class ModelRun {
 public:
  explicit ModelRun(uint64_t seed)
      : random_(seed), world_(seed), budget_(std::make_shared<MemoryBudget>(limit(random_.below(4)))) {
    pages_.move_pages_at_release = random_.chance(50);
    pages_.budget = budget_;
    pages_.spill_files = &world_.files();
    pages_.spill_directory = "spill";
    subtasks_ = make_subtasks(random_.between(1, 3), pages_);
  }

  void step() {
    const int32_t action = random_.below(100);
    if (action < 6)
      hold_view();
    else if (action < 10)
      hold_snapshots();
    else if (action < 20)
      checkpoint();
    else if (action < 24)
      rescale();
    else if (action < 34 && !held_.empty())
      check_one();
    else
      change();
    for (size_t i = 0; i < subtasks_.stores.size(); ++i) verify(*subtasks_.stores[i], subtasks_.models[i]);
  }

  void finish() {
    while (!held_.empty()) check_one();
    // Without holders, what the store says it needs is what its pages and indexes are.
    for (const std::unique_ptr<StoreUnderTest>& subject : subtasks_.stores) {
      const StateStore& store = subject->store;
      EXPECT_EQ(store.page_bytes(), subject->store.pages().bytes_in_memory());
      for (const PageSize size : {PageSize::kLarge, PageSize::kSmall})
        pages_spilled_ += subject->store.pages().spill_file(size).pages_written();
      const size_t outside = subject->wide->index_bytes() + subject->narrow->index_bytes() +
                             subject->slices->index_bytes() + subject->timed->index_bytes() +
                             subject->named->index_bytes() + subject->lists->index_bytes() +
                             subject->splits->memory_bytes() + subject->store.scalars().memory_bytes() +
                             subject->store.pages().entry_bytes();
      EXPECT_EQ(store.memory_bytes(), store.page_bytes() + outside);
    }
    subtasks_ = {};
    EXPECT_EQ(budget_->used_bytes(), 0);
  }

  // By the stores that were there at the end.
  uint64_t pages_spilled() const { return pages_spilled_; }

 private:
  // Nothing, everything or some pages leave memory.
  static int64_t limit(int32_t choice) {
    if (choice == 0) return MemoryBudget::kUnlimited;
    return choice == 1 ? 1 : 10 * choice * static_cast<int64_t>(kPageBytes);
  }

  void change() {
    const auto index = static_cast<size_t>(random_.below(static_cast<int32_t>(subtasks_.stores.size())));
    random_step(random_, ownership_of(subtasks_, index), *subtasks_.stores[index], subtasks_.models[index]);
  }

  void hold_view() {
    const auto index = static_cast<size_t>(random_.below(static_cast<int32_t>(subtasks_.stores.size())));
    Held& held = held_.emplace_back();
    held.view = subtasks_.stores[index]->store.read_view();
    held.models.push_back(subtasks_.models[index]);
  }

  void hold_snapshots() {
    Held& held = held_.emplace_back();
    ++checkpoint_;
    for (const std::unique_ptr<StoreUnderTest>& subject : subtasks_.stores)
      held.snapshots.push_back(subject->store.freeze(checkpoint_));
    held.models = subtasks_.models;
  }

  // One of a row of checkpoints, of which some are never decided.
  void checkpoint() {
    Held& held = held_.emplace_back();
    held.models = subtasks_.models;
    ++checkpoint_;
    for (const std::unique_ptr<StoreUnderTest>& subject : subtasks_.stores)
      held.snapshots.push_back(subject->store.freeze_changes(checkpoint_, decided_));
    if (random_.chance(30)) change();  // what is frozen stays as it was
    for (size_t i = 0; i < held.snapshots.size(); ++i) {
      const std::unique_ptr<PendingSnapshot> frozen = std::move(held.snapshots[i]);
      const bool changes = frozen->base() != 0 && random_.chance(80);
      EXPECT_EQ(frozen->base(), decided_);
      SnapshotBuffer part = changes ? *decided_parts_[i] : SnapshotBuffer(fmt::format("part-{}", i));
      if (changes) part.begin_section();
      frozen->write(part, changes ? SectionContent::kChanges : SectionContent::kWhole);
      held.parts.push_back(std::make_unique<SnapshotBuffer>(std::move(part)));
    }
    held.snapshots.clear();
    if (random_.chance(30)) return;
    decided_ = checkpoint_;
    decided_parts_.clear();
    for (const std::unique_ptr<SnapshotBuffer>& part : held.parts)
      decided_parts_.push_back(std::make_unique<SnapshotBuffer>(*part));
  }

  void rescale() {
    Parts parts;
    decided_ = 0;
    ++checkpoint_;
    for (const std::unique_ptr<StoreUnderTest>& subject : subtasks_.stores) {
      parts.push_back(std::make_unique<SnapshotBuffer>(fmt::format("part-{}", parts.size())));
      subject->store.freeze(checkpoint_)->write(*parts.back());
    }
    if (random_.chance(30)) std::reverse(parts.begin(), parts.end());
    subtasks_ = restore(parts, subtasks_.models, random_.between(1, 3), pages_);
  }

  void check_one() {
    const auto index = static_cast<size_t>(random_.below(static_cast<int32_t>(held_.size())));
    check_held(held_[index], pages_);
    held_.erase(held_.begin() + static_cast<ptrdiff_t>(index));
  }

  TestRandom random_;
  SimulatedEnvironment world_;
  std::shared_ptr<MemoryBudget> budget_;
  PageTableOptions pages_;
  Subtasks subtasks_;
  std::vector<Held> held_;
  int64_t checkpoint_ = 0;
  int64_t decided_ = 0;  // by these stores
  Parts decided_parts_;
  uint64_t pages_spilled_ = 0;
};

TEST(StateModel, RandomChangesFreezesViewsAndRestoresAgreeWithMaps) {
  uint64_t pages_spilled = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    try {
      ModelRun run(seed);
      for (int32_t step = 0; step < kSteps && !HasFailure(); ++step) {
        SCOPED_TRACE(fmt::format("step {}", step));
        run.step();
      }
      run.finish();
      pages_spilled += run.pages_spilled();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(pages_spilled, uint64_t{kSeeds});
}

}  // namespace
}  // namespace tidemill::state_test
