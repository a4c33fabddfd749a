// env/real/real_file.h - one open file of the operating system. Rule: appended bytes reach the kernel in blocks;
// close() and sync() hand over the rest.
#pragma once
#include <string>

#include "env/file_system.h"

namespace tidemill {

// Throws for a failed call on `path`: UserError where the user named something that is not there or not allowed,
// TransientError for the rest. `doing` is the verb: "read", "write", "rename".
[[noreturn]] void throw_file_error(std::string_view doing, const std::string& path, int error_number);

// Closes a file descriptor when it goes.
class FileDescriptor {
 public:
  explicit FileDescriptor(int value) : value_(value) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();
  int get() const { return value_; }
  // Closes now; returns 0 or errno.
  int close();

 private:
  int value_;  // -1: closed
};

class RealReadableFile final : public ReadableFile {
 public:
  // Takes over `descriptor`.
  RealReadableFile(std::string path, int descriptor, int64_t size_bytes);
  int64_t size_bytes() const override { return size_bytes_; }
  size_t read_at(int64_t offset, std::span<char> buffer) override;

 private:
  const std::string path_;
  FileDescriptor descriptor_;
  const int64_t size_bytes_;
};

class RealWritableFile final : public WritableFile {
 public:
  // Takes over `descriptor`.
  RealWritableFile(std::string path, int descriptor);
  void append(std::string_view bytes) override;
  void sync() override;
  void close() override;

 private:
  void hand_over();

  const std::string path_;
  FileDescriptor descriptor_;
  std::string buffer_;
  bool failed_ = false;  // a write or fsync failed: nothing more is believed
};

class RealScratchFile final : public ScratchFile {
 public:
  // Takes over `descriptor`, of a file that no directory names any more. `directory` is for errors.
  RealScratchFile(std::string directory, int descriptor);
  void write_at(int64_t offset, std::string_view bytes) override;
  size_t read_at(int64_t offset, std::span<char> buffer) override;
  size_t read_at_once(int64_t offset, std::span<char> buffer) override;
  void prefetch(int64_t offset, size_t bytes) override;

 private:
  const std::string directory_;
  FileDescriptor descriptor_;
};

}  // namespace tidemill
