// chaos/faulty_file_system.h - a file system whose calls can be made to fail, or to be the process's last. Rule: every
// call comes past a fault named by what is done and what for; what it does otherwise is another file system's.
//
// What for is told by the names of files and directories: _metadata*, *.state, part-* (also hidden), chk-*, and the
// directories "checkpoints" and "out*"; all else is input.
#pragma once
#include "env/faults.h"
#include "env/file_system.h"

namespace tidemill::chaos {

// Any thread, like the one behind it.
class FaultyFileSystem final : public FileSystem {
 public:
  // Both are borrowed.
  FaultyFileSystem(FileSystem& files, Faults& faults) : files_(files), faults_(faults) {}

  std::unique_ptr<ReadableFile> open_read(const std::string& path) override;
  std::unique_ptr<WritableFile> open_write(const std::string& path) override;
  std::unique_ptr<ScratchFile> open_scratch(const std::string& directory) override;
  bool exists(const std::string& path) override { return files_.exists(path); }
  FileInfo info(const std::string& path) override { return files_.info(path); }
  std::vector<FileInfo> list(const std::string& directory) override;
  void create_directories(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;
  std::unique_ptr<FileLock> lock(const std::string& path) override;
  void sync_directory(const std::string& directory) override;

 private:
  FileSystem& files_;
  Faults& faults_;
};

}  // namespace tidemill::chaos
