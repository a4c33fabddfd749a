#include "env/real/real_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

constexpr size_t kBufferBytesMax = 256 * 1024;  // a system call costs about what 100 KiB of copying does

}  // namespace

void throw_file_error(std::string_view doing, const std::string& path, int error_number) {
  switch (error_number) {
    case ENOENT:
      throw UserError(fmt::format("Cannot {} '{}': there is no such file or directory", doing, path),
                      "Check the path; a relative one starts at the working directory");
    case EACCES:
    case EPERM:
    case EROFS:
      throw UserError(fmt::format("Cannot {} '{}': not permitted ({})", doing, path, std::strerror(error_number)),
                      "Give this user the right to it, or choose another path");
    case EISDIR:
      throw UserError(fmt::format("Cannot {} '{}': it is a directory", doing, path), "Name a file");
    case ENOTDIR:
      throw UserError(fmt::format("Cannot {} '{}': a part of the path is a file, not a directory", doing, path),
                      "Check the path");
    case ENAMETOOLONG:
      throw UserError(fmt::format("Cannot {} '{:.100}…': the path is too long", doing, path), "Use a shorter path");
    default:
      throw TransientError(fmt::format("Cannot {} '{}': {}", doing, path, std::strerror(error_number)));
  }
}

namespace {

// Reads until the buffer is full or the file ends; returns how many bytes. `doing` and `path` are for errors.
size_t read_whole(int descriptor, int64_t offset, std::span<char> buffer, std::string_view doing,
                  const std::string& path) {
  size_t done = 0;
  while (done < buffer.size()) {
    ssize_t count = ::pread(descriptor, buffer.data() + done, buffer.size() - done,
                            static_cast<off_t>(offset + static_cast<int64_t>(done)));
    // A pipe (a script on standard input) has no offsets: it is read from front to back.
    if (count < 0 && errno == ESPIPE) count = ::read(descriptor, buffer.data() + done, buffer.size() - done);
    if (count < 0) {
      if (errno == EINTR) continue;
      throw_file_error(doing, path, errno);
    }
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

}  // namespace

FileDescriptor::~FileDescriptor() { close(); }

int FileDescriptor::close() {
  if (value_ < 0) return 0;
  const int result = ::close(value_);
  value_ = -1;
  return result == 0 || errno == EINTR ? 0 : errno;
}

RealReadableFile::RealReadableFile(std::string path, int descriptor, int64_t size_bytes)
    : path_(std::move(path)), descriptor_(descriptor), size_bytes_(size_bytes) {}

size_t RealReadableFile::read_at(int64_t offset, std::span<char> buffer) {
  return read_whole(descriptor_.get(), offset, buffer, "read", path_);
}

RealWritableFile::RealWritableFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

void RealWritableFile::append(std::string_view bytes) {
  CHECK_MSG(descriptor_.get() >= 0, "'{}' is closed", path_);
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytesMax) hand_over();
}

void RealWritableFile::hand_over() {
  if (failed_) throw TransientError(fmt::format("Cannot write '{}': an earlier write of it failed", path_));
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_.get(), rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      failed_ = true;
      throw_file_error("write", path_, errno);
    }
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
}

void RealWritableFile::sync() {
  hand_over();
  if (::fsync(descriptor_.get()) != 0) {
    failed_ = true;
    throw_file_error("sync", path_, errno);
  }
}

void RealWritableFile::close() {
  if (descriptor_.get() < 0) return;
  hand_over();
  const int error = descriptor_.close();
  if (error != 0) throw_file_error("close", path_, error);
}

RealScratchFile::RealScratchFile(std::string directory, int descriptor)
    : directory_(std::move(directory)), descriptor_(descriptor) {
  // What lies beside a page is not what is read next.
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_RANDOM);
}

void RealScratchFile::write_at(int64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      throw_file_error("write a scratch file in", directory_, errno);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
}

size_t RealScratchFile::read_at(int64_t offset, std::span<char> buffer) {
  return read_whole(descriptor_.get(), offset, buffer, "read a scratch file in", directory_);
}

size_t RealScratchFile::read_at_once(int64_t offset, std::span<char> buffer) {
  const iovec part = {buffer.data(), buffer.size()};
  const ssize_t count = ::preadv2(descriptor_.get(), &part, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  // EAGAIN, EOPNOTSUPP; a part of it, where only some of the bytes are in memory.
  return count == static_cast<ssize_t>(buffer.size()) ? buffer.size() : 0;
}

void RealScratchFile::prefetch(int64_t offset, size_t bytes) {
  ::posix_fadvise(descriptor_.get(), static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_WILLNEED);
}

}  // namespace tidemill
