#include "state/snapshot.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "base/hash.h"
#include "env/real/real_file_system.h"
#include "state/state_image.h"
#include "state/state_store.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_int_keys;
using state_test::hex;

TableDescriptor groups(std::vector<RecordField> fields) {
  TableDescriptor descriptor;
  descriptor.name = "groups";
  descriptor.key_types = {Type::big_int()};
  descriptor.fields = std::move(fields);
  return descriptor;
}

const std::vector<RecordField> kFields = {RecordField::int64("COUNT(*)"), RecordField::text("MAX(name)"),
                                          RecordField::float64("AVG(x)")};

bool owns_all_splits(std::string_view) { return true; }

template <class T>
T& field(RecordTable& table, int64_t key, std::string_view name) {
  bool created = false;
  return *reinterpret_cast<T*>(table.upsert(big_int_keys({key})[0], created) + table.layout().offset(name));
}

// A store with a bit of everything.
struct Sample {
  explicit Sample(StateStoreOptions options = {}) : store(options) {
    field<int64_t>(table, 1, "COUNT(*)") = 11;
    table.texts().replace(field<StoredText>(table, 1, "MAX(name)"), "a name beyond twelve bytes");
    field<double>(table, 2, "AVG(x)") = 2.5;
    timers.add(big_int_keys({1})[0], 1000);
    splits.put("file.csv", "offset 17");
    store.scalars().set("watermark", ScalarMerge::kMinimum, 500);
    store.scalars().add("late", 3);
    store.release();
  }
  std::unique_ptr<SnapshotBuffer> snapshot(const std::string& name, int64_t checkpoint = 7) {
    auto part = std::make_unique<SnapshotBuffer>(name);
    store.freeze(checkpoint)->write(*part);
    return part;
  }
  StateStore store;
  RecordTable& table = store.record_table(groups(kFields));
  TimerQueue& timers = store.timers({"timers", {Type::big_int()}});
  SplitState& splits = store.split_state("splits");
};

RestoreReport restore(StateStore& store, const std::vector<const SnapshotReader*>& parts) {
  return store.restore(parts, owns_all_splits);
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

std::string_view text_of(const SnapshotBuffer& part, size_t bytes) {
  return {reinterpret_cast<const char*>(const_cast<SnapshotBuffer&>(part).bytes().data()), bytes};
}

// The format is frozen: a change of these bytes needs a new kSnapshotFormatVersion and a reader of the old one.
TEST(Snapshot, BytesAreFrozen) {
  Sample sample;
  const std::unique_ptr<SnapshotBuffer> part = sample.snapshot("part");
  EXPECT_EQ(hex(text_of(*part, 64)),
            "5449444553544154"    // TIDESTAT
            "03000000"            // format version
            "01000000"            // key encoding version
            "01000000"            // hash version
            "00400000"            // page bytes
            "0700000000000000"    // checkpoint
            "0000000000000000"    // base: none
            "80000000"            // max parallelism
            "000000007f000000"    // key groups 0 to 127
            "00000000"            //
            "5602000000000000");  // catalogue bytes
  EXPECT_EQ(hash_bytes(part->bytes().data(), part->size()), 0x50345ff655387e66U)
      << fmt::format("{:#x} of {} bytes", hash_bytes(part->bytes().data(), part->size()), part->size());
  const SnapshotPartInfo info = read_part_info(*part);
  EXPECT_EQ(info.checkpoint, 7);
  EXPECT_EQ(info.max_parallelism, 128);
  EXPECT_EQ(info.key_groups, (KeyGroupRange{0, 127}));
}

// The same for a section of changes: what it says about a page and its blocks.
TEST(Snapshot, BytesOfChangesAreFrozen) {
  Sample sample;
  (void)sample.store.freeze_changes(7, 0);
  field<int64_t>(sample.table, 1, "COUNT(*)") = 12;
  sample.store.release();
  const std::unique_ptr<PendingSnapshot> frozen = sample.store.freeze_changes(8, 7);
  ASSERT_EQ(frozen->base(), 7);
  SnapshotBuffer part("part");
  frozen->write(part, SectionContent::kChanges);
  constexpr size_t kFoot = 16, kChange = 16 + 8 + 8 + 2 * 64;  // a record across two blocks
  const std::string_view bytes = text_of(part, part.size());
  EXPECT_EQ(hex(bytes.substr(24, 16)), "08000000000000000700000000000000");                 // 8 after 7
  EXPECT_EQ(hex(bytes.substr(part.size() - kFoot - kChange, 8)), "01000000900000c0");       // page 1, small, a change
  EXPECT_EQ(hex(bytes.substr(part.size() - kFoot - kChange + 24, 8)), "0300000000000000");  // blocks 0 and 1
  EXPECT_EQ(hash_bytes(part.bytes().data(), part.size()), 0xbd8ecd38834c30e9U)
      << fmt::format("{:#x} of {} bytes", hash_bytes(part.bytes().data(), part.size()), part.size());
}

TEST(Snapshot, ComesBack) {
  Sample sample;
  const std::unique_ptr<SnapshotBuffer> part = sample.snapshot("part");
  Sample restored;
  const RestoreReport report = restore(restored.store, {part.get()});
  EXPECT_EQ(report.records, 3);
  EXPECT_EQ(restored.table.size(), 2);
  EXPECT_EQ(field<int64_t>(restored.table, 1, "COUNT(*)"), 11);
  std::string scratch;
  EXPECT_EQ(restored.table.texts().load(field<StoredText>(restored.table, 1, "MAX(name)"), scratch),
            "a name beyond twelve bytes");
  EXPECT_EQ(field<double>(restored.table, 2, "AVG(x)"), 2.5);
  EXPECT_EQ(restored.timers.next_time(), 1000);
  EXPECT_EQ(restored.splits.get("file.csv"), "offset 17");
  EXPECT_EQ(restored.store.scalars().get("watermark"), 500);
  EXPECT_EQ(restored.store.scalars().get("late"), 3);
  restored.store.release();
  // The same restore gives the same bytes.
  Sample other;
  restore(other.store, {part.get()});
  EXPECT_EQ(restored.snapshot("one")->bytes(), other.snapshot("other")->bytes());
}

TEST(Snapshot, EveryDamagedByteIsDetectedAndNamed) {
  Sample sample;
  const std::unique_ptr<SnapshotBuffer> intact = sample.snapshot("/checkpoints/7/part-0");
  for (size_t offset = 0; offset < intact->size(); ++offset) {
    SnapshotBuffer damaged = *intact;
    damaged.bytes()[offset] ^= std::byte{1} << (offset % 8);
    Sample target;
    const std::string error = error_of([&] { restore(target.store, {&damaged}); });
    ASSERT_NE(error.find("/checkpoints/7/part-0"), std::string::npos) << offset << ": " << error;
    EXPECT_EQ(target.table.size(), 0);
    EXPECT_EQ(target.timers.size(), 0);
  }
  for (size_t size = 0; size < intact->size(); ++size) {
    SnapshotBuffer shorter = *intact;
    shorter.bytes().resize(size);
    Sample target;
    const std::string error = error_of([&] { restore(target.store, {&shorter}); });
    ASSERT_NE(error.find("State is damaged: it ends too early, in part /checkpoints/7/part-0 at byte"),
              std::string::npos)
        << size << ": " << error;
  }
  SnapshotBuffer longer = *intact;
  longer.bytes().push_back(std::byte{0});
  Sample target;
  EXPECT_NE(error_of([&] { restore(target.store, {&longer}); }).find("bytes follow its end"), std::string::npos);
}

// A part of three sections: all, then two of changes.
struct Chain {
  explicit Chain(const std::string& name) : part(name) {
    write(1, 0);
    field<int64_t>(sample.table, 2, "COUNT(*)") = 12;
    sample.table.texts().replace(field<StoredText>(sample.table, 1, "MAX(name)"), "another name of that length");
    sample.timers.add(big_int_keys({2})[0], 2000);
    sample.store.release();
    write(2, 1);
    field<int64_t>(sample.table, 3, "COUNT(*)") = 13;
    sample.table.erase(big_int_keys({2})[0]);
    sample.store.release();
    write(3, 2);
  }
  void write(int64_t checkpoint, int64_t decided) {
    const std::unique_ptr<PendingSnapshot> frozen = sample.store.freeze_changes(checkpoint, decided);
    EXPECT_EQ(frozen->base(), decided);
    if (decided != 0) part.begin_section();
    frozen->write(part, decided == 0 ? SectionContent::kWhole : SectionContent::kChanges);
  }
  Sample sample;
  SnapshotBuffer part;
};

TEST(Snapshot, WhatChangedComesBackBehindWhatItChanged) {
  Chain chain("part");
  Sample restored;
  restore(restored.store, {&chain.part});
  EXPECT_EQ(restored.table.size(), 2);
  EXPECT_EQ(restored.table.find(big_int_keys({2})[0]), nullptr);
  EXPECT_EQ(field<int64_t>(restored.table, 3, "COUNT(*)"), 13);
  std::string scratch;
  EXPECT_EQ(restored.table.texts().load(field<StoredText>(restored.table, 1, "MAX(name)"), scratch),
            "another name of that length");
  EXPECT_EQ(restored.timers.size(), 2);
  EXPECT_EQ(read_part_info(chain.part).checkpoint, 3);
  EXPECT_EQ(read_part_info(chain.part).base, 2);
}

TEST(Snapshot, EveryDamagedByteOfChangesIsDetectedAndNamed) {
  const Chain chain("/checkpoints/7/part-0");
  for (size_t offset = 0; offset < chain.part.size(); ++offset) {
    SnapshotBuffer damaged = chain.part;
    damaged.bytes()[offset] ^= std::byte{1} << (offset % 8);
    Sample target;
    const std::string error = error_of([&] { restore(target.store, {&damaged}); });
    ASSERT_NE(error.find("/checkpoints/7/part-0"), std::string::npos) << offset << ": " << error;
    EXPECT_EQ(target.table.size(), 0);
  }
}

TEST(Snapshot, SectionsOutOfOrderAreRefused) {
  Chain chain("part");
  const std::vector<uint64_t> starts = chain.part.section_starts();
  const auto error = [&](const std::vector<size_t>& order) {
    SnapshotBuffer part("part");
    for (size_t i = 0; i < order.size(); ++i) {
      const uint64_t from = starts[order[i]];
      const uint64_t until = order[i] + 1 < starts.size() ? starts[order[i] + 1] : chain.part.size();
      if (i > 0) part.begin_section();
      part.append(std::span(chain.part.bytes()).subspan(from, until - from));
    }
    Sample target;
    return error_of([&] { restore(target.store, {&part}); });
  };
  EXPECT_EQ(error({0, 1, 2}), "no error");
  EXPECT_NE(error({1, 2}).find("its first section is what changed since checkpoint 1"), std::string::npos);
  EXPECT_NE(error({0, 2}).find("what changed since checkpoint 2 lies behind checkpoint 1"), std::string::npos);
  EXPECT_NE(error({0, 0}).find("what changed since checkpoint 0 lies behind checkpoint 1"), std::string::npos);
}

// What is written into a page without having been given out for writing is noticed, not lost.
TEST(Snapshot, AChangeThatWasNotMarkedIsDetected) {
  Chain chain("part");
  for (int64_t key = 100; key < 110; ++key) field<int64_t>(chain.sample.table, key, "COUNT(*)") = 1;
  chain.sample.store.release();
  chain.write(4, 3);
  const auto* const record = chain.sample.table.find(big_int_keys({109})[0]);
  auto* const count = const_cast<std::byte*>(record + chain.sample.table.layout().offset("COUNT(*)"));
  *count = std::byte{9};
  chain.sample.store.release();
  field<int64_t>(chain.sample.table, 1, "COUNT(*)") = 5;  // elsewhere in the page
  chain.sample.store.release();
  chain.write(5, 4);
  Sample target;
  EXPECT_NE(error_of([&] { restore(target.store, {&chain.part}); }).find("is not what it was after its change"),
            std::string::npos);
}

TEST(Snapshot, OnePercentOfRecordsChangedIsThreePercentOfBytes) {
  StateStore store;
  TableDescriptor descriptor =
      groups({RecordField::int64("a"), RecordField::int64("b"), RecordField::int64("c"), RecordField::int64("d")});
  RecordTable& table = store.record_table(descriptor);
  constexpr int64_t kKeys = 200'000;
  for (int64_t key = 0; key < kKeys; ++key) {
    field<int64_t>(table, key, "a") = key;
    if (key % 1000 == 0) store.release();
  }
  store.release();
  ASSERT_LE(table.layout().record_bytes(), 48u);
  SnapshotBuffer part("part");
  store.freeze_changes(1, 0)->write(part);
  const uint64_t whole = part.size();
  state_test::TestRandom random(1);
  for (int64_t change = 0; change < kKeys / 100; ++change) {
    field<int64_t>(table, random.below(kKeys), "b") = change;
    store.release();
  }
  part.begin_section();
  const std::unique_ptr<PendingSnapshot> frozen = store.freeze_changes(2, 1);
  frozen->write(part, SectionContent::kChanges);
  EXPECT_LT(part.size() - whole, whole * 3 / 100);
  fmt::print("{} of {} records of {} bytes changed: {:.2f} % of the bytes of a whole checkpoint\n", kKeys / 100, kKeys,
             table.layout().record_bytes(),
             100.0 * static_cast<double>(part.size() - whole) / static_cast<double>(whole));
  EXPECT_LE(frozen->changed_bytes(), part.size() - whole);
}

TEST(Snapshot, ANewerFormatIsRefusedByName) {
  Sample sample;
  const std::unique_ptr<SnapshotBuffer> part = sample.snapshot("part");
  part->bytes()[8] = std::byte{4};
  Sample target;
  EXPECT_EQ(error_of([&] { restore(target.store, {part.get()}); }),
            "State in part part is of snapshot format 4, this program knows 3");
}

TEST(Snapshot, FieldsMigrateByName) {
  Sample sample;
  const std::unique_ptr<SnapshotBuffer> part = sample.snapshot("part");
  StateStore store;
  RecordTable& table = store.record_table(groups({RecordField::flag("new flag"), RecordField::int128("SUM(y)"),
                                                  RecordField::text("MAX(name)"), RecordField::int64("COUNT(*)")}));
  TableDescriptor added;
  added.name = "fresh";
  added.key_types = {Type::big_int()};
  OrderedTable& fresh = store.ordered_table(added, SubKeyKind::kBytes);
  const RestoreReport report = restore(store, {part.get()});
  EXPECT_EQ(report.fields_added, (std::vector<std::string>{"groups.new flag", "groups.SUM(y)"}));
  EXPECT_EQ(report.fields_removed, (std::vector<std::string>{"groups.AVG(x)"}));
  EXPECT_EQ(report.tables_lost, (std::vector<std::string>{"timers", "splits"}));
  EXPECT_EQ(report.tables_new, (std::vector<std::string>{"fresh"}));
  EXPECT_EQ(fresh.size(), 0);
  EXPECT_EQ(field<int64_t>(table, 1, "COUNT(*)"), 11);
  EXPECT_TRUE(field<int128>(table, 1, "SUM(y)") == 0);
  EXPECT_EQ(field<uint8_t>(table, 1, "new flag"), 0);
  std::string scratch;
  EXPECT_EQ(table.texts().load(field<StoredText>(table, 1, "MAX(name)"), scratch), "a name beyond twelve bytes");
}

TEST(Snapshot, TablesWithoutRecordsAreNotLost) {
  StateStore saved;
  saved.record_table(groups(kFields));
  saved.timers({"timers", {Type::big_int()}});
  SplitState& splits = saved.split_state("splits");
  splits.put("file.csv", "offset 17");
  SnapshotBuffer part("part");
  saved.freeze(7)->write(part);
  StateStore store;
  const RestoreReport report = restore(store, {&part});
  EXPECT_EQ(report.tables_empty, (std::vector<std::string>{"groups", "timers"}));
  EXPECT_EQ(report.tables_lost, (std::vector<std::string>{"splits"}));
}

TEST(Snapshot, OtherTypesAreRefusedNamingTableAndField) {
  Sample sample;
  const std::unique_ptr<SnapshotBuffer> part = sample.snapshot("part");
  const auto restore_into = [&](const TableDescriptor& descriptor) {
    StateStore store;
    store.record_table(descriptor);
    return error_of([&] { restore(store, {part.get()}); });
  };
  EXPECT_EQ(restore_into(groups({RecordField::float64("COUNT(*)")})),
            "Field COUNT(*) of state groups was saved with another type (8 bytes, now 8)");
  EXPECT_EQ(restore_into(groups({RecordField::int128("COUNT(*)")})),
            "Field COUNT(*) of state groups was saved with another type (8 bytes, now 16)");
  TableDescriptor other_key = groups(kFields);
  other_key.key_types = {Type::string()};
  EXPECT_EQ(restore_into(other_key), "The key of state groups is (STRING) now, but was saved as (BIGINT)");
  TableDescriptor not_null = groups(kFields);
  not_null.key_types = {Type::big_int().not_null()};
  EXPECT_EQ(restore_into(not_null), "no error");
  StateStore other_kind;
  other_kind.slice_tables(groups(kFields));
  EXPECT_EQ(error_of([&] { restore(other_kind, {part.get()}); }),
            "State groups is slice tables now, but was saved as a record table");
  StateStore newer;
  TableDescriptor second = groups(kFields);
  second.version = 2;
  newer.record_table(second);
  SnapshotBuffer from_newer("part");
  newer.freeze(1)->write(from_newer);
  EXPECT_EQ(error_of([&] { restore(sample.store, {&from_newer}); }),
            "State groups was saved in version 2, this program knows 1");
}

TEST(Snapshot, PartsMustBeThoseOfOneCheckpoint) {
  const auto part_of = [](const std::string& name, KeyGroupRange range, int64_t checkpoint) {
    StateStore store({128, range, {}});
    auto part = std::make_unique<SnapshotBuffer>(name);
    store.freeze(checkpoint)->write(*part);
    return part;
  };
  const auto a = part_of("a", {0, 63}, 7), b = part_of("b", {64, 127}, 7), old = part_of("old", {64, 127}, 6);
  StateStore whole;
  const auto error = [&](const std::vector<const SnapshotReader*>& parts) {
    return error_of([&] { restore(whole, parts); });
  };
  EXPECT_EQ(error({b.get(), a.get()}), "no error");
  EXPECT_EQ(error({a.get()}), "State lacks key group 64: a part is missing");
  EXPECT_EQ(error({a.get(), b.get(), b.get()}), "State holds key group 64 twice, in part b and in part b");
  EXPECT_EQ(error({a.get(), old.get()}), "State is of different checkpoints: 7 in part a, 6 in part old");
  StateStore small({64, {0, 63}, {}});
  EXPECT_EQ(error_of([&] { restore(small, {a.get(), b.get()}); }),
            "State was saved with max parallelism 128, it is 64 now, in part a");
}

TEST(Snapshot, AKeyOutsideTheKeyGroupsOfItsPartIsRefused) {
  // Key 1 belongs to group 65.
  Sample wrong({128, {0, 63}, {}});
  const std::unique_ptr<SnapshotBuffer> part = wrong.snapshot("wrong");
  StateStore empty({128, {64, 127}, {}});
  SnapshotBuffer other("other");
  empty.freeze(7)->write(other);
  Sample target;
  EXPECT_EQ(error_of([&] { restore(target.store, {part.get(), &other}); }),
            "State is damaged: table groups has a key of key group 65, which part wrong does not hold");
}

TEST(Snapshot, ScalarsJoinAsTheySay) {
  std::vector<std::unique_ptr<SnapshotBuffer>> parts;
  std::vector<const SnapshotReader*> readers;
  for (int32_t subtask = 0; subtask < 2; ++subtask) {
    StateStore store({128, key_groups_of_subtask(128, 2, subtask), {}});
    store.scalars().set("least", ScalarMerge::kMinimum, 10 + subtask);
    store.scalars().set("most", ScalarMerge::kMaximum, 10 + subtask);
    store.scalars().add("counter", 100 + subtask);
    parts.push_back(std::make_unique<SnapshotBuffer>("part"));
    store.freeze(1)->write(*parts.back());
    readers.push_back(parts.back().get());
  }
  for (int32_t subtask = 0; subtask < 3; ++subtask) {
    StateStore store({128, key_groups_of_subtask(128, 3, subtask), {}});
    restore(store, readers);
    EXPECT_EQ(store.scalars().get("least"), 10);
    EXPECT_EQ(store.scalars().get("most"), 11);
    EXPECT_EQ(store.scalars().get("counter").value_or(0), subtask == 0 ? 201 : 0);
  }
}

// Spilling on real files: the pages of a snapshot leave memory while other threads read them.
StateStoreOptions spilling_options(FileSystem& files) {
  StateStoreOptions options;
  options.pages.budget = std::make_shared<MemoryBudget>(int64_t{4} * static_cast<int64_t>(kPageBytes));
  options.pages.spill_files = &files;
  options.pages.spill_directory = testing::TempDir() + "tidemill-spill-test";
  return options;
}

void write_and_read_on_other_threads(const StateStoreOptions& options) {
  StateStore store(options);
  RecordTable& table = store.record_table(groups(kFields));
  for (int64_t key = 0; key < 5000; ++key) {
    field<int64_t>(table, key, "COUNT(*)") = key;
    table.texts().replace(field<StoredText>(table, key, "MAX(name)"), fmt::format("the name of the key {}", key));
  }
  store.release();
  for (int round = 0; round < 3; ++round) {
    std::unique_ptr<PendingSnapshot> pending = store.freeze(round);
    std::unique_ptr<ReadView> view = store.read_view();
    SnapshotBuffer part("part");
    int64_t seen = 0;
    std::thread writer([&] {
      pending->write(part);
      pending.reset();
    });
    std::thread reader([&] {
      const uint32_t offset = view->format("groups").offsets[0];
      view->scan("groups", [&](KeyView, const std::byte* record) {
        seen += *reinterpret_cast<const int64_t*>(record + offset);
        return true;
      });
      view.reset();
    });
    for (int64_t key = 0; key < 5000; ++key) {
      field<int64_t>(table, key, "COUNT(*)") += 1;
      table.texts().replace(field<StoredText>(table, key, "MAX(name)"), "a new name for the key");
      if (key % 100 == 0) store.release();
    }
    store.release();
    writer.join();
    reader.join();
    EXPECT_EQ(seen, 5000 * 4999 / 2 + 5000 * round);
    EXPECT_EQ(store.page_bytes(), store.pages().bytes_in_memory());
    StateStore restored;
    RecordTable& copy = restored.record_table(groups(kFields));
    restore(restored, {&part});
    EXPECT_EQ(field<int64_t>(copy, 77, "COUNT(*)"), 77 + round);
  }
  EXPECT_EQ(store.pages().any_spilled(), options.pages.budget != nullptr);
}

TEST(Snapshot, IsWrittenAndReadOnOtherThreadsWhileTheStoreGoesOn) { write_and_read_on_other_threads({}); }

TEST(Snapshot, IsWrittenAndReadOnOtherThreadsWhileTheStoreSpills) {
  RealFileSystem files;
  write_and_read_on_other_threads(spilling_options(files));
}

TEST(StateStore, TablesAreDeclaredOnceAndFrozenBetweenBatches) {
  StateStore store;
  RecordTable& table = store.record_table(groups(kFields));
  EXPECT_THROW(store.record_table(groups(kFields)), EngineError);
  EXPECT_THROW(store.split_state("groups"), EngineError);
  field<int64_t>(table, 1, "COUNT(*)") = 1;
  EXPECT_THROW(store.freeze(1), EngineError);
  store.release();
  EXPECT_NE(store.freeze(1), nullptr);
}

}  // namespace
}  // namespace tidemill
