#include "checkpoint/savepoint.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "checkpoint/checkpoint_directory.h"
#include "checkpoint/manifest_file.h"
#include "checkpoint/state_file.h"
#include "env/simulated/simulated_environment.h"
#include "state/state_store.h"

namespace tidemill {
namespace {

// Writes checkpoint 3 of "ck", with one scalar of state in each of two tasks and a prepared output.
Manifest write_checkpoint(FileSystem& files) {
  CheckpointDirectory directory(files, "ck");
  Manifest manifest;
  manifest.epoch = 3;
  manifest.kind = "checkpoint";
  manifest.sinks.push_back({"sink", 0, {"prepared"}});
  for (const std::string task : {"a-0", "b-0"}) {
    StateStore store;
    store.scalars().set("n", ScalarMerge::kSum, 7);
    const std::unique_ptr<SnapshotFile> file = directory.create(3, task);
    manifest.states.push_back({task, 0, {file->append(*store.freeze(3), SectionContent::kWhole)}});
    file->close();
  }
  directory.decide(manifest);
  return manifest;
}

TEST(Savepoint, IsCompleteWithoutTheCheckpointItWasMadeOf) {
  SimulatedEnvironment environment(1);
  const Manifest manifest = write_checkpoint(environment.files());
  write_savepoint(environment.files(), "ck", manifest, "/backup/s1");
  environment.files().power_cut();
  for (const std::string& name : manifest.files()) environment.files().remove("ck/" + name);
  const Manifest saved = read_manifest_file(environment.files(), "/backup/s1");
  EXPECT_EQ(saved.kind, "savepoint");
  EXPECT_EQ(saved.states, manifest.states);
  EXPECT_TRUE(saved.sinks.empty());
  for (const StatePart& part : saved.states) {
    const std::unique_ptr<SnapshotReader> reader = open_state_part(environment.files(), "/backup/s1", part);
    const SnapshotReader* const parts[] = {reader.get()};
    StateStore store;
    store.restore(parts, [](std::string_view) { return true; });
    EXPECT_EQ(store.scalars().get("n"), 7);
  }
}

TEST(Savepoint, NothingIsLeftOfOneThatFailed) {
  for (const std::string fault :
       {"file.open", "file.read", "file.append", "file.sync", "file.rename", "file.sync_directory"})
    for (int64_t nth = 1; nth <= 4; ++nth) {
      SimulatedEnvironment environment(1);
      const Manifest manifest = write_checkpoint(environment.files());
      environment.faults().enable(fault, 1.0 / static_cast<double>(nth));
      try {
        write_savepoint(environment.files(), "ck", manifest, "/backup/s1");
        EXPECT_EQ(environment.faults().struck(fault), 0) << fault;
      } catch (const TransientError&) {
        EXPECT_FALSE(environment.files().exists("/backup/s1")) << fault << " " << nth;
      }
      environment.faults().disable_all();
      EXPECT_EQ(CheckpointDirectory(environment.files(), "ck").last_decided(), manifest) << fault;
    }
}

TEST(Savepoint, DamagedStateIsNotCopied) {
  SimulatedEnvironment environment(1);
  const Manifest manifest = write_checkpoint(environment.files());
  std::string bytes = environment.files().get("ck/chk-3/a-0.state");
  bytes.at(20) = static_cast<char>(bytes.at(20) ^ 1);
  environment.files().put("ck/chk-3/a-0.state", bytes);
  EXPECT_THROW(write_savepoint(environment.files(), "ck", manifest, "/backup/s1"), UserError);
  EXPECT_FALSE(environment.files().exists("/backup/s1"));
}

TEST(Savepoint, NamesDiffer) {
  SeededRandom random(1);
  const std::string name = savepoint_name("0123456789abcdef", random);
  EXPECT_TRUE(name.starts_with("savepoint-012345-")) << name;
  EXPECT_EQ(name.size(), std::string("savepoint-012345-0123456789ab").size());
  EXPECT_NE(name, savepoint_name("0123456789abcdef", random));
}

}  // namespace
}  // namespace tidemill
