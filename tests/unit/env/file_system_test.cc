// Real and simulated files keep the same contract; every case runs on both.
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "base/error.h"
#include "env/durable_name.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

struct RealFiles {
  RealFileSystem files;
  std::string root = fmt::format("{}tidemill_files_{}", testing::TempDir(), ::getpid());
};
struct SimulatedFiles {
  SimulatedEnvironment environment{1};
  SimulatedFileSystem& files = environment.files();
  std::string root = "data/test";
};

template <class World>
class FileSystemContract : public testing::Test {
 protected:
  FileSystemContract() { files().create_directories(root()); }
  ~FileSystemContract() override { remove_below(root()); }
  FileSystem& files() { return world_.files; }
  const std::string& root() { return world_.root; }
  std::string path(const std::string& name) { return root() + "/" + name; }

  void write(const std::string& path, std::string_view bytes) {
    auto file = files().open_write(path);
    file->append(bytes);
    file->sync();
    file->close();
  }
  std::string read(const std::string& path) {
    auto file = files().open_read(path);
    std::string bytes(static_cast<size_t>(file->size_bytes()), '\0');
    bytes.resize(file->read_at(0, bytes));
    return bytes;
  }
  std::string user_error(const std::function<void()>& call) {
    try {
      call();
    } catch (const UserError& error) {
      return error.what();
    }
    return "no UserError";
  }

 private:
  void remove_below(const std::string& directory) {
    for (const FileInfo& entry : files().list(directory))
      entry.is_directory ? remove_below(entry.path) : files().remove(entry.path);
    files().remove(directory);
  }
  World world_;
};

using Worlds = testing::Types<RealFiles, SimulatedFiles>;
TYPED_TEST_SUITE(FileSystemContract, Worlds);

TYPED_TEST(FileSystemContract, ALockIsOneHoldersUntilItGivesItBack) {
  std::unique_ptr<FileLock> lock = this->files().lock(this->path("lock"));
  EXPECT_NE(
      this->user_error([&] { this->files().lock(this->path("lock")); }).find("lock' is locked by another process"),
      std::string::npos);
  EXPECT_NO_THROW(this->files().lock(this->path("other")));
  lock.reset();
  EXPECT_NO_THROW(this->files().lock(this->path("lock")));
  EXPECT_THROW(this->files().lock(this->path("none/lock")), UserError);
}

TYPED_TEST(FileSystemContract, ReadsWhatWasWrittenAtAnyOffset) {
  const std::string path = this->path("a.txt");
  this->write(path, "0123456789");
  auto file = this->files().open_read(path);
  EXPECT_EQ(file->size_bytes(), 10);
  std::string buffer(4, ' ');
  EXPECT_EQ(file->read_at(3, buffer), 4u);
  EXPECT_EQ(buffer, "3456");
  EXPECT_EQ(file->read_at(8, buffer), 2u);
  EXPECT_EQ(buffer.substr(0, 2), "89");
  EXPECT_EQ(file->read_at(10, buffer), 0u);
  this->write(path, "new");
  EXPECT_EQ(this->read(path), "new");
}

TYPED_TEST(FileSystemContract, ListsEntriesInNameOrderWithTheirSizes) {
  this->write(this->path("b"), "22");
  this->write(this->path("a"), "1");
  this->files().create_directories(this->path("c/d"));
  this->write(this->path("c/d/e"), "333");
  const std::vector<FileInfo> entries = this->files().list(this->root());
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].path, this->path("a"));
  EXPECT_EQ(entries[1].path, this->path("b"));
  EXPECT_EQ(entries[1].size_bytes, 2);
  EXPECT_FALSE(entries[1].is_directory);
  EXPECT_EQ(entries[2].path, this->path("c"));
  EXPECT_TRUE(entries[2].is_directory);
  EXPECT_EQ(this->files().list(this->path("c/d"))[0].size_bytes, 3);
}

TYPED_TEST(FileSystemContract, RenameReplacesTheTarget) {
  this->write(this->path("from"), "new");
  this->write(this->path("to"), "old");
  this->files().rename(this->path("from"), this->path("to"));
  this->files().sync_directory(this->root());
  EXPECT_FALSE(this->files().exists(this->path("from")));
  EXPECT_EQ(this->read(this->path("to")), "new");
}

TYPED_TEST(FileSystemContract, NamesThePathAndTheReasonInErrors) {
  const std::string missing = this->path("none");
  EXPECT_EQ(this->user_error([&] { this->files().open_read(missing); }),
            "Cannot read '" + missing + "': there is no such file or directory");
  EXPECT_EQ(this->user_error([&] { this->files().open_read(this->root()); }),
            "Cannot read '" + this->root() + "': it is a directory");
  EXPECT_EQ(this->user_error([&] { this->files().open_write(this->root()); }),
            "Cannot write '" + this->root() + "': it is a directory");
  EXPECT_EQ(this->user_error([&] { this->files().open_write(missing + "/x"); }),
            "Cannot write '" + missing + "/x': there is no such file or directory");
  EXPECT_EQ(this->user_error([&] { this->files().info(missing); }),
            "Cannot look at '" + missing + "': there is no such file or directory");
  EXPECT_EQ(this->user_error([&] { this->files().remove(missing); }),
            "Cannot remove '" + missing + "': there is no such file or directory");
  const std::string file = this->path("file");
  this->write(file, "x");
  EXPECT_EQ(this->user_error([&] { this->files().list(file); }),
            "Cannot list '" + file + "': a part of the path is a file, not a directory");
  EXPECT_EQ(this->user_error([&] { this->files().create_directories(file + "/below"); }),
            "Cannot create directory '" + file + "/below': a part of the path is a file, not a directory");
}

TYPED_TEST(FileSystemContract, RefusesToRemoveADirectoryThatIsNotEmpty) {
  this->files().create_directories(this->path("full"));
  this->write(this->path("full/x"), "x");
  EXPECT_THROW(this->files().remove(this->path("full")), TransientError);
  EXPECT_TRUE(this->files().exists(this->path("full/x")));
}

TYPED_TEST(FileSystemContract, AScratchFileHoldsWhatWasWrittenAnywhereAndHasNoName) {
  const std::string directory = this->path("scratch/below");
  auto file = this->files().open_scratch(directory);
  auto other = this->files().open_scratch(directory);
  file->write_at(5000, "later");
  file->write_at(10, "0123456789");
  file->write_at(12, "ab");
  other->write_at(10, "other");
  std::string buffer(10, ' ');
  EXPECT_EQ(file->read_at(10, buffer), 10u);
  EXPECT_EQ(buffer, "01ab456789");
  EXPECT_EQ(file->read_at(5002, buffer), 3u);
  EXPECT_EQ(buffer.substr(0, 3), "ter");
  EXPECT_EQ(file->read_at(6000, buffer), 0u);
  file->prefetch(0, 5000);
  buffer = std::string(10, ' ');
  const size_t at_once = file->read_at_once(10, buffer);  // where the system has it in memory, and can tell
  EXPECT_TRUE(at_once == 0 || (at_once == 10 && buffer == "01ab456789")) << at_once << buffer;
  EXPECT_TRUE(this->files().list(directory).empty());
  this->write(this->path("file"), "x");
  EXPECT_THROW(this->files().open_scratch(this->path("file")), UserError);
}

TEST(RealFiles, AnUnreadableFileIsTheUsersError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  EXPECT_THROW(RealFileSystem().open_read("/etc/shadow"), UserError);
}

TEST(SimulatedFiles, APowerCutKeepsOnlyWhatWasSynced) {
  SimulatedEnvironment environment(1);
  SimulatedFileSystem& files = environment.files();
  files.create_directories("d");
  auto kept = files.open_write("d/kept");
  kept->append("safe");
  kept->sync();
  files.sync_directory("d");
  files.sync_directory("");
  kept->append(" lost");
  auto unnamed = files.open_write("d/unnamed");
  unnamed->append("synced, but its name is not");
  unnamed->sync();
  EXPECT_EQ(files.get("d/kept"), "safe lost");
  files.power_cut();
  EXPECT_EQ(files.get("d/kept"), "safe");
  EXPECT_FALSE(files.exists("d/unnamed"));
}

TEST(SimulatedFiles, ARenameWithoutDirectorySyncIsUndoneByAPowerCut) {
  SimulatedEnvironment environment(1);
  SimulatedFileSystem& files = environment.files();
  files.put("d/a", "1");
  files.put("d/b", "2");
  files.rename("d/a", "d/b");
  EXPECT_EQ(files.get("d/b"), "1");
  files.power_cut();
  EXPECT_EQ(files.get("d/a"), "1");
  EXPECT_EQ(files.get("d/b"), "2");
}

TEST(SimulatedFiles, AFaultStrikesBeforeTheCallHasAnEffect) {
  SimulatedEnvironment environment(1);
  environment.files().put("a", "1");
  environment.faults().enable("file.rename", 1.0, 1);
  EXPECT_THROW(environment.files().rename("a", "b"), TransientError);
  EXPECT_EQ(environment.files().get("a"), "1");
  environment.files().rename("a", "b");
  EXPECT_EQ(environment.faults().struck("file.rename"), 1);
  EXPECT_EQ(environment.faults().passed("file.rename"), 2);
}

TEST(SimulatedFiles, ADirectoryIsGoneAfterAPowerCutUntilTheOneAboveItWasSynced) {
  SimulatedEnvironment environment(1);
  SimulatedFileSystem& files = environment.files();
  const auto write = [&] {
    files.create_directories("a/b");
    auto file = files.open_write("a/b/file");
    file->append("1");
    file->sync();
    files.sync_directory("a/b");
  };
  write();
  files.power_cut();
  EXPECT_FALSE(files.exists("a"));
  write();
  make_name_durable(files, "a/b");
  files.power_cut();
  EXPECT_EQ(files.get("a/b/file"), "1");
  files.remove("a/b/file");
  files.remove("a/b");
  files.power_cut();
  EXPECT_EQ(files.get("a/b/file"), "1");
}

// Collects what random power cuts leave of the same file.
std::set<std::string> leftovers(const std::string& synced, const std::string& more) {
  std::set<std::string> found;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SimulatedEnvironment environment(seed);
    SeededRandom random(seed);
    environment.files().put("f", synced);
    auto file = environment.files().open_write("f");
    file->append(synced);
    file->sync();
    file->append(more);
    environment.files().power_cut(random);
    found.insert(environment.files().get("f"));
  }
  return found;
}

TEST(SimulatedFiles, ARandomPowerCutKeepsAnySectorsOfWhatWasNotSynced) {
  const std::string synced(512, 's'), first(512, 'a'), second(512, 'b'), zeros(512, '\0');
  const std::set<std::string> found = leftovers(synced, first + second);
  for (const std::string& bytes : found) {
    EXPECT_EQ(bytes.substr(0, 512), synced) << "what was synced is safe";
    for (size_t begin = 512; begin < bytes.size(); begin += 512) {
      const std::string sector = bytes.substr(begin, 512);
      const std::string& whole = begin == 512 ? first : second;
      EXPECT_TRUE(sector == whole.substr(0, sector.size()) || sector == zeros.substr(0, sector.size()));
    }
  }
  EXPECT_GT(found.size(), 100u) << "lengths and sectors";
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const std::string& bytes) {
    return bytes.size() > 1024 && bytes.substr(512, 512) == zeros && bytes.substr(1024).find('b') == 0;
  })) << "a later sector without an earlier one";
}

TEST(SimulatedFiles, ARandomPowerCutKeepsAnySubsetOfNames) {
  std::set<std::string> found;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SimulatedEnvironment environment(seed);
    SimulatedFileSystem& files = environment.files();
    SeededRandom random(seed);
    files.put("d/removed", "1");
    files.put("d/from", "2");
    files.remove("d/removed");
    files.rename("d/from", "d/to");
    files.open_write("d/made");
    files.create_directories("d/e");
    files.power_cut(random);
    std::string names;
    for (const FileInfo& entry : files.list("d")) names += entry.path.substr(2) + " ";
    EXPECT_NE(files.exists("d/from"), files.exists("d/to")) << "a rename is whole";
    found.insert(names);
  }
  EXPECT_EQ(found.size(), 16u);
}

TEST(SimulatedFiles, AfterAFailedSyncNoLaterOneOfTheFileHelps) {
  SimulatedEnvironment environment(1);
  SimulatedFileSystem& files = environment.files();
  files.put("f", "");
  auto file = files.open_write("f");
  file->append("x");
  environment.faults().enable("file.sync", 1.0, 1);
  EXPECT_THROW(file->sync(), TransientError);
  file->sync();
  files.power_cut();
  EXPECT_EQ(files.get("f"), "");
}

TEST(SimulatedFiles, AMisdirectedWriteLiesElsewhereAndIsNotNoticed) {
  for (const std::string fault : {"file.misdirect_offset", "file.misdirect_file"}) {
    SimulatedEnvironment environment(1);
    SimulatedFileSystem& files = environment.files();
    files.put("other", "0123456789");
    auto file = files.open_write("file");
    file->append("abcdefghij");
    environment.faults().enable(fault, 1.0, 1);
    EXPECT_NO_THROW(file->append("XYZ"));
    const std::string zeros(3, '\0');
    const std::string struck = files.get(fault == "file.misdirect_file" ? "other" : "file");
    EXPECT_NE(struck.find("XYZ"), std::string::npos) << fault;
    EXPECT_EQ(files.get("file").substr(10), zeros) << fault;
    EXPECT_EQ(files.get("other").size(), 10u) << fault;
  }
}

TEST(SimulatedFiles, AFullDiskTakesWhatFitsAndRefusesTheRest) {
  SimulatedEnvironment environment(1);
  SimulatedFileSystem& files = environment.files();
  files.put("a", "12345");
  files.set_quota(10);
  auto file = files.open_write("b");
  EXPECT_THROW(file->append("1234567"), TransientError);
  EXPECT_EQ(files.get("b"), "12345");
  EXPECT_THROW(files.open_scratch("s")->write_at(0, "1"), TransientError);
  files.remove("a");
  {
    auto scratch = files.open_scratch("s");
    scratch->write_at(2, "123");
    EXPECT_EQ(files.bytes_used(), 10);
    EXPECT_THROW(file->append("1"), TransientError);
  }
  file->append("67");
  files.set_quota(std::nullopt);
  file->append("89012345");
  EXPECT_EQ(files.get("b"), "123456789012345");
}

TEST(SimulatedFiles, TheNthCallFailsWhicheverItIs) {
  const auto work = [](SimulatedFileSystem& files) {
    files.create_directories("d");
    auto file = files.open_write("d/f");
    file->append("1");
    file->sync();
    file->close();
    files.rename("d/f", "d/g");
    files.sync_directory("d");
    files.open_read("d/g");
    files.list("d");
    files.info("d/g");
    files.lock("d/lock");
    files.remove("d/g");
  };
  SimulatedEnvironment sound(1);
  work(sound.files());
  EXPECT_EQ(sound.files().calls(), 12);
  for (const bool all_after : {false, true}) {
    for (int64_t nth = 1; nth <= 13; ++nth) {
      SimulatedEnvironment environment(1);
      environment.files().fail_call(nth, all_after);
      if (nth <= 12)
        EXPECT_THROW(work(environment.files()), TransientError) << nth;
      else
        EXPECT_NO_THROW(work(environment.files()));
      EXPECT_EQ(environment.files().calls(), std::min<int64_t>(nth, 12));
      if (nth > 12) continue;
      if (all_after)
        EXPECT_THROW(environment.files().list(""), TransientError);
      else
        EXPECT_NO_THROW(environment.files().list(""));
      environment.files().no_call_fails();
      EXPECT_NO_THROW(environment.files().list(""));
    }
  }
}

}  // namespace
}  // namespace tidemill
