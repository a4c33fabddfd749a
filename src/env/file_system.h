// env/file_system.h - files. Rule: only what checkpoints, sources and sinks need; every call may be made to fail by a
// test.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tidemill {

struct FileInfo {
  std::string path;
  int64_t size_bytes = 0;
  EpochMillis modified = 0;
  bool is_directory = false;
};

class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  virtual int64_t size_bytes() const = 0;
  // Reads up to buffer.size() bytes at `offset`; returns how many (0 at the end). Throws TransientError. Any thread,
  // several at once.
  virtual size_t read_at(int64_t offset, std::span<char> buffer) = 0;
};

class WritableFile {
 public:
  virtual ~WritableFile() = default;
  // Appends bytes. Throws TransientError (no space, I/O error). One thread at a time.
  virtual void append(std::string_view bytes) = 0;
  // Makes what was appended durable (fsync). Throws TransientError, after which the file must not be trusted.
  virtual void sync() = 0;
  virtual void close() = 0;
};

// A file of this process alone, for what does not fit in memory. It is never durable: it is gone when it is closed, and
// when the process dies. Any thread, several at once, in different places.
class ScratchFile {
 public:
  virtual ~ScratchFile() = default;
  // Writes at `offset` (bytes); the file grows as needed. Throws TransientError (no space, I/O error).
  virtual void write_at(int64_t offset, std::string_view bytes) = 0;
  // Reads up to buffer.size() bytes at `offset`; returns how many. Throws TransientError.
  virtual size_t read_at(int64_t offset, std::span<char> buffer) = 0;
  // The same, but returns 0 where that would have to wait for a disk, or where the system cannot tell.
  virtual size_t read_at_once(int64_t offset, std::span<char> buffer) = 0;
  // Hints that these bytes are read soon. Returns at once.
  virtual void prefetch(int64_t offset, size_t bytes) = 0;
};

// Held while it lives; the system gives it back when the process dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// Paths are as the user wrote them, relative ones to the working directory. Calls may block: use the I/O pool on a
// row's path. Throws UserError where the user named something that is not there or not allowed, TransientError for the
// rest.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual std::unique_ptr<ReadableFile> open_read(const std::string& path) = 0;
  // Creates or truncates.
  virtual std::unique_ptr<WritableFile> open_write(const std::string& path) = 0;
  // Makes a scratch file in a directory, which is created where it is missing.
  virtual std::unique_ptr<ScratchFile> open_scratch(const std::string& directory) = 0;
  virtual bool exists(const std::string& path) = 0;
  virtual FileInfo info(const std::string& path) = 0;
  // Returns the entries of a directory in name order (paths include the directory).
  virtual std::vector<FileInfo> list(const std::string& directory) = 0;
  virtual void create_directories(const std::string& path) = 0;
  // Replaces `to` atomically.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  virtual void remove(const std::string& path) = 0;
  // Takes the lock that the file `path` stands for (made where it is missing, and left there), against this process and
  // others alike. Throws UserError where it is taken.
  virtual std::unique_ptr<FileLock> lock(const std::string& path) = 0;
  // Makes renames and creations inside the directory durable.
  virtual void sync_directory(const std::string& directory) = 0;
};

}  // namespace tidemill
