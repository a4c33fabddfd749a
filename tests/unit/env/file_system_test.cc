// Real and simulated files keep the same contract; every case runs on both.
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
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

}  // namespace
}  // namespace tidemill
