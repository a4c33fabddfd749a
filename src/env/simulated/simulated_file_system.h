// env/simulated/simulated_file_system.h - files in memory. Rule: every file and directory has two images, what programs
// see (cached) and what survives a power cut (durable); only sync() and sync_directory() copy one to the other.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>

#include "env/clock.h"
#include "env/faults.h"
#include "env/file_system.h"

namespace tidemill {

// One thread only. Faults: "file.open", "file.read", "file.append", "file.sync", "file.rename", "file.remove",
// "file.sync_directory", "scratch.open", "scratch.write" and "scratch.read" each throw TransientError before the call
// has an effect; "scratch.flip" flips one bit of what is written to a scratch file.
class SimulatedFileSystem final : public FileSystem {
 public:
  // `clock` and `faults` are borrowed. The root and the working directory are one directory.
  SimulatedFileSystem(const Clock& clock, Faults& faults) : clock_(clock), faults_(faults) {}

  std::unique_ptr<ReadableFile> open_read(const std::string& path) override;
  std::unique_ptr<WritableFile> open_write(const std::string& path) override;
  std::unique_ptr<ScratchFile> open_scratch(const std::string& directory) override;
  bool exists(const std::string& path) override;
  FileInfo info(const std::string& path) override;
  std::vector<FileInfo> list(const std::string& directory) override;
  void create_directories(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;
  std::unique_ptr<FileLock> lock(const std::string& path) override;
  void sync_directory(const std::string& directory) override;

  // What the process and the kernel forget when the power goes: bytes not synced, names whose directory was not synced.
  // A mere kill of the process loses nothing here.
  void power_cut();
  // Makes a file with these bytes, durable at once (a test's input).
  void put(const std::string& path, std::string bytes);
  // Returns a file's cached bytes. Throws UserError when there is none.
  std::string get(const std::string& path);

 private:
  class Reading;
  class Writing;
  class Scratch;
  class Lock;
  struct File {
    std::string cached;
    std::string durable;
    EpochMillis modified = 0;
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;  // by normal path; two images name one File

  void fail_perhaps(std::string_view fault, const std::string& path);
  std::shared_ptr<File> find(std::string_view doing, const std::string& path) const;
  void require_parent(std::string_view doing, const std::string& path) const;

  const Clock& clock_;
  Faults& faults_;
  Names cached_;
  Names durable_;
  const std::shared_ptr<std::set<std::string>> locked_ = std::make_shared<std::set<std::string>>();
  std::set<std::string> directories_;  // durable at once, besides the root ""
};

}  // namespace tidemill
