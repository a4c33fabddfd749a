// env/real/real_file_system.h - files of the operating system. Rule: an error names the path and what to do; an fsync
// that failed is never tried again on the same file (Linux has already dropped the pages).
#pragma once
#include <atomic>

#include "env/file_system.h"

namespace tidemill {

class RealFileSystem final : public FileSystem {
 public:
  std::unique_ptr<ReadableFile> open_read(const std::string& path) override;
  std::unique_ptr<WritableFile> open_write(const std::string& path) override;
  std::unique_ptr<ScratchFile> open_scratch(const std::string& directory) override;
  bool exists(const std::string& path) override;
  FileInfo info(const std::string& path) override;
  std::vector<FileInfo> list(const std::string& directory) override;
  void create_directories(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;
  // The file holds the number of the process that has, or had, the lock.
  std::unique_ptr<FileLock> lock(const std::string& path) override;
  void sync_directory(const std::string& directory) override;

 private:
  std::atomic<uint64_t> scratch_files_{0};  // numbers their names
};

}  // namespace tidemill
