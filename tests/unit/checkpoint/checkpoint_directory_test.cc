#include "checkpoint/checkpoint_directory.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "checkpoint/checkpoint_listing.h"
#include "checkpoint/state_file.h"
#include "env/simulated/simulated_environment.h"
#include "state/state_store.h"

namespace tidemill {
namespace {

class CheckpointDirectoryTest : public testing::Test {
 protected:
  // Writes epoch `epoch` with one part of state; the store holds one scalar.
  Manifest write(CheckpointDirectory& directory, int64_t epoch, bool decide = true) {
    StateStore store;
    store.scalars().set("n", ScalarMerge::kSum, epoch);
    Manifest manifest;
    manifest.epoch = epoch;
    const std::unique_ptr<SnapshotFile> file = directory.create(epoch, "task-0");
    for (const std::string op : {"op", "other"})
      manifest.states.push_back({op, 0, {file->append(*store.freeze(epoch), SectionContent::kWhole)}});
    file->close();
    if (decide) directory.decide(manifest);
    return manifest;
  }
  int64_t scalar(CheckpointDirectory& directory, const StatePart& part) {
    const std::unique_ptr<SnapshotReader> reader = directory.open(part);
    const SnapshotReader* const parts[] = {reader.get()};
    StateStore store;
    store.restore(parts, [](std::string_view) { return true; });
    return store.scalars().get("n").value();
  }
  void damage(const std::string& path, size_t at) {
    std::string bytes = files_.get(path);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x10);
    files_.put(path, bytes);
  }

  SimulatedEnvironment environment_{1};
  SimulatedFileSystem& files_ = environment_.files();
};

TEST_F(CheckpointDirectoryTest, ADecidedEpochIsFoundAgainWithItsState) {
  CheckpointDirectory directory(files_, "ck");
  EXPECT_EQ(directory.last_decided(), std::nullopt);
  const Manifest written = write(directory, 1);
  CheckpointDirectory again(files_, "ck");
  ASSERT_EQ(again.last_decided(), written);
  EXPECT_EQ(scalar(again, written.states[0]), 1);
  EXPECT_EQ(scalar(again, written.states[1]), 1);
}

TEST_F(CheckpointDirectoryTest, ADecidedEpochSurvivesAPowerCutAndAnUndecidedOneNeverExisted) {
  CheckpointDirectory directory(files_, "ck");
  const Manifest decided = write(directory, 1);
  write(directory, 2, false);
  files_.sync_directory("ck");  // the name of its directory has reached the disk
  files_.power_cut();
  CheckpointDirectory again(files_, "ck");
  EXPECT_EQ(again.last_decided(), decided);
  EXPECT_EQ(scalar(again, decided.states[0]), 1);
  EXPECT_EQ(again.sweep(), 2);  // its number is not used again
  EXPECT_FALSE(files_.exists("ck/chk-2"));
  EXPECT_TRUE(files_.exists("ck/chk-1/_metadata"));
}

TEST_F(CheckpointDirectoryTest, ANewDirectoryIsDurableUpToTheRoot) {
  CheckpointDirectory directory(files_, "state/of/job");
  const Manifest decided = write(directory, 1);
  files_.power_cut();
  EXPECT_EQ(CheckpointDirectory(files_, "state/of/job").last_decided(), decided);
}

TEST_F(CheckpointDirectoryTest, AnErrorBeforeTheRenameDecidesNothing) {
  for (const std::string fault : {"file.append", "file.sync", "file.sync_directory", "file.rename"}) {
    SimulatedEnvironment environment(1);
    CheckpointDirectory directory(environment.files(), "ck");
    const Manifest manifest = write(directory, 1, false);
    environment.faults().enable(fault, 1.0, 1);
    EXPECT_THROW(directory.decide(manifest), TransientError) << fault;
    EXPECT_EQ(directory.last_decided(), std::nullopt) << fault;
  }
}

TEST_F(CheckpointDirectoryTest, WhatARestartGoesOnFromDoesNotVanishLater) {
  CheckpointDirectory directory(files_, "ck");
  const Manifest manifest = write(directory, 1, false);
  // The rename is done, the sync after it is not: undecided for the writer, visible to the next process.
  files_.sync_directory("ck/chk-1");
  files_.sync_directory("ck");
  auto file = files_.open_write("ck/chk-1/_metadata.tmp");
  file->append(manifest.encode());
  file->sync();
  files_.rename("ck/chk-1/_metadata.tmp", "ck/chk-1/_metadata");
  CheckpointDirectory next(files_, "ck");
  EXPECT_EQ(next.last_decided(), manifest);
  files_.power_cut();
  EXPECT_EQ(CheckpointDirectory(files_, "ck").last_decided(), manifest);
}

TEST_F(CheckpointDirectoryTest, KeepsTwo) {
  CheckpointDirectory directory(files_, "ck");
  for (int64_t epoch = 1; epoch <= 5; ++epoch) {
    write(directory, epoch);
    directory.finished(epoch);
  }
  EXPECT_EQ(directory.epochs(), (std::vector<int64_t>{4, 5}));
  EXPECT_FALSE(files_.exists("ck/chk-3"));
}

// A store whose checkpoints are what changed since the one before.
class Incremental {
 public:
  explicit Incremental(CheckpointDirectory& directory) : directory_(directory) {}
  Manifest write(int64_t epoch) {
    Manifest manifest;
    manifest.epoch = epoch;
    store_.scalars().set("n", ScalarMerge::kSum, epoch);
    const std::unique_ptr<SnapshotFile> file = directory_.create(epoch, "task-0");
    const auto frozen = store_.freeze_changes(epoch, directory_.decided_epoch());
    const bool changes = frozen->base() != 0;
    if (!changes) sections_.clear();
    sections_.push_back(file->append(*frozen, changes ? SectionContent::kChanges : SectionContent::kWhole));
    manifest.states.push_back({"op", 0, sections_});
    file->close();
    directory_.decide(manifest);
    return manifest;
  }

 private:
  CheckpointDirectory& directory_;
  StateStore store_;
  std::vector<StateSection> sections_;
};

TEST_F(CheckpointDirectoryTest, FilesStayAsLongAsACheckpointNeedsThem) {
  CheckpointDirectory directory(files_, "ck");
  {
    Incremental writer(directory);
    for (int64_t epoch = 1; epoch <= 5; ++epoch) {
      writer.write(epoch);
      directory.finished(epoch);
    }
  }
  EXPECT_EQ(directory.epochs(), (std::vector<int64_t>{4, 5}));
  EXPECT_FALSE(files_.exists("ck/chk-1/_metadata"));
  CheckpointDirectory again(files_, "ck");
  EXPECT_EQ(again.sweep(), 5);
  EXPECT_TRUE(files_.exists("ck/chk-1/task-0.state"));
  const std::optional<Manifest> manifest = again.last_decided();
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(manifest->states[0].sections.size(), 5u);
  EXPECT_EQ(scalar(again, manifest->states[0]), 5);
  // A new run begins with a whole one: after two of those nothing of the old ones is needed.
  Incremental writer(again);
  for (int64_t epoch = 6; epoch <= 7; ++epoch) {
    writer.write(epoch);
    again.finished(epoch);
  }
  for (int64_t epoch = 1; epoch <= 5; ++epoch) EXPECT_FALSE(files_.exists(fmt::format("ck/chk-{}", epoch))) << epoch;
}

TEST_F(CheckpointDirectoryTest, OneIsRemovedWithTheFilesThatOnlyItNeeds) {
  CheckpointDirectory directory(files_, "ck");
  Incremental writer(directory);
  for (int64_t epoch = 1; epoch <= 4; ++epoch) {
    writer.write(epoch);
    directory.finished(epoch);
  }
  write(directory, 5, false);
  std::vector<std::string> listed;
  for (const ListedCheckpoint& checkpoint : list_checkpoints(files_, "ck"))
    listed.push_back(fmt::format("{} {}", checkpoint.epoch, condition_text(checkpoint.condition)));
  EXPECT_EQ(listed, (std::vector<std::string>{"1 needed by others", "2 needed by others", "3 complete", "4 complete",
                                              "5 never completed"}));
  directory.remove_checkpoint(5);
  EXPECT_FALSE(files_.exists("ck/chk-5"));
  directory.remove_checkpoint(4);
  EXPECT_FALSE(files_.exists("ck/chk-4"));
  EXPECT_EQ(directory.last_decided().value().epoch, 3);
  directory.remove_checkpoint(1);  // is none: its file is needed
  EXPECT_EQ(directory.last_decided().value().epoch, 3);
  directory.remove_checkpoint(3);
  for (int64_t epoch = 1; epoch <= 3; ++epoch) EXPECT_FALSE(files_.exists(fmt::format("ck/chk-{}", epoch))) << epoch;
}

TEST_F(CheckpointDirectoryTest, BehindADamagedManifestNothingIsRemoved) {
  CheckpointDirectory directory(files_, "ck");
  {
    Incremental writer(directory);
    for (int64_t epoch = 1; epoch <= 4; ++epoch) writer.write(epoch), directory.finished(epoch);
  }
  damage("ck/chk-3/_metadata", 5);
  CheckpointDirectory again(files_, "ck");
  write(again, 5, false);
  EXPECT_EQ(again.sweep(), 5);
  EXPECT_FALSE(files_.exists("ck/chk-5"));
  for (int64_t epoch = 1; epoch <= 4; ++epoch)
    EXPECT_TRUE(files_.exists(fmt::format("ck/chk-{}/task-0.state", epoch))) << epoch;
}

TEST_F(CheckpointDirectoryTest, DamageInAnOlderSectionIsDamage) {
  CheckpointDirectory directory(files_, "ck");
  const Manifest whole = write(directory, 1);
  Incremental writer(directory);
  writer.write(2);
  writer.write(3);
  damage("ck/chk-2/task-0.state", 60);
  EXPECT_EQ(directory.last_decided(), whole);
  EXPECT_EQ(directory.refused().size(), 2u);
}

TEST_F(CheckpointDirectoryTest, ADamagedCheckpointIsPassedOverByName) {
  CheckpointDirectory directory(files_, "ck");
  const Manifest first = write(directory, 1);
  const Manifest second = write(directory, 2);
  const StateSection& section = second.states[1].sections[0];
  damage("ck/" + section.file, section.offset + 3);
  EXPECT_EQ(directory.last_decided(), first);
  ASSERT_EQ(directory.refused().size(), 1u);
  EXPECT_NE(directory.refused()[0].find("'ck/chk-2/task-0.state' does not match its checksum"), std::string::npos);
  damage("ck/chk-1/_metadata", 5);
  EXPECT_THROW(directory.last_decided(), UserError);
}

TEST_F(CheckpointDirectoryTest, AMissingStateFileIsDamage) {
  CheckpointDirectory directory(files_, "ck");
  const Manifest first = write(directory, 1);
  write(directory, 2);
  files_.remove("ck/chk-2/task-0.state");
  EXPECT_EQ(directory.last_decided(), first);
}

TEST_F(CheckpointDirectoryTest, ADirectoryMayBeMoved) {
  {
    CheckpointDirectory directory(files_, "ck");
    write(directory, 1);
  }
  files_.create_directories("moved/chk-1");
  files_.rename("ck/chk-1/_metadata", "moved/chk-1/_metadata");
  files_.rename("ck/chk-1/task-0.state", "moved/chk-1/task-0.state");
  CheckpointDirectory moved(files_, "moved");
  const std::optional<Manifest> manifest = moved.last_decided();
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(scalar(moved, manifest->states[0]), 1);
}

TEST(SectionChecksum, DoesNotDependOnHowBytesArrive) {
  std::vector<std::byte> bytes(200'000);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31);
  SectionChecksum whole, pieces;
  whole.update(bytes);
  for (size_t i = 0; i < bytes.size(); i += 777)
    pieces.update(std::span(bytes).subspan(i, std::min<size_t>(777, bytes.size() - i)));
  EXPECT_EQ(whole.finish(), pieces.finish());
}

}  // namespace
}  // namespace tidemill
