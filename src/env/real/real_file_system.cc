#include "env/real/real_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "env/real/real_file.h"

namespace tidemill {
namespace {

int open_retrying(const std::string& path, int flags, mode_t mode = 0644) {
  int descriptor;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

FileInfo to_info(std::string path, const struct stat& status) {
  const auto modified_ms = static_cast<int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000;
  return {std::move(path), static_cast<int64_t>(status.st_size), modified_ms, S_ISDIR(status.st_mode)};
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The lock goes with the descriptor.
class RealFileLock final : public FileLock {
 public:
  explicit RealFileLock(int value) : descriptor(value) {}
  FileDescriptor descriptor;
};

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::unique_ptr<ReadableFile> RealFileSystem::open_read(const std::string& path) {
  const int descriptor = open_retrying(path, O_RDONLY);
  if (descriptor < 0) throw_file_error("read", path, errno);
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
    const int error = S_ISDIR(status.st_mode) ? EISDIR : errno;
    ::close(descriptor);
    throw_file_error("read", path, error);
  }
  return std::make_unique<RealReadableFile>(path, descriptor, static_cast<int64_t>(status.st_size));
}

std::unique_ptr<WritableFile> RealFileSystem::open_write(const std::string& path) {
  const int descriptor = open_retrying(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (descriptor < 0) throw_file_error("write", path, errno);
  return std::make_unique<RealWritableFile>(path, descriptor);
}

std::unique_ptr<ScratchFile> RealFileSystem::open_scratch(const std::string& directory) {
  create_directories(directory);
  int descriptor = open_retrying(directory, O_RDWR | O_TMPFILE, 0600);
  if (descriptor >= 0) return std::make_unique<RealScratchFile>(directory, descriptor);
  // A file system that has no files without names. This one is there for an instant only; one that is taken was left by
  // a process that died in that instant.
  std::string path;
  do {
    path = fmt::format("{}/tidemill-scratch-{}-{}", directory, ::getpid(), scratch_files_.fetch_add(1));
    descriptor = open_retrying(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  } while (descriptor < 0 && errno == EEXIST);
  if (descriptor < 0) throw_file_error("make a scratch file in", directory, errno);
  auto file = std::make_unique<RealScratchFile>(directory, descriptor);
  remove(path);
  return file;
}

bool RealFileSystem::exists(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw_file_error("look at", path, errno);
}

FileInfo RealFileSystem::info(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) throw_file_error("look at", path, errno);
  return to_info(path, status);
}

std::vector<FileInfo> RealFileSystem::list(const std::string& directory) {
  const std::unique_ptr<DIR, DirectoryCloser> stream(::opendir(directory.c_str()));
  if (!stream) throw_file_error("list", directory, errno);
  std::vector<FileInfo> entries;
  const std::string prefix = directory.ends_with('/') ? directory : directory + "/";
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat status{};
    // An entry that went away meanwhile, or a link to nothing, is not there.
    if (::stat((prefix + name).c_str(), &status) == 0) entries.push_back(to_info(prefix + name, status));
  }
  if (errno != 0) throw_file_error("list", directory, errno);
  std::sort(entries.begin(), entries.end(), [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return entries;
}

void RealFileSystem::create_directories(const std::string& path) {
  if (path.empty() || path == "/" || path == ".") return;
  if (::mkdir(path.c_str(), 0755) == 0) return;
  if (errno == EEXIST) {
    if (!info(path).is_directory) throw_file_error("create directory", path, ENOTDIR);
    return;
  }
  const std::string parent = parent_of(path);
  if (errno != ENOENT || parent == path) throw_file_error("create directory", path, errno);
  create_directories(parent);
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) throw_file_error("create directory", path, errno);
}

void RealFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_file_error(fmt::format("rename to '{}'", to), from, errno);
}

void RealFileSystem::remove(const std::string& path) {
  if (::remove(path.c_str()) != 0) throw_file_error("remove", path, errno);
}

std::unique_ptr<FileLock> RealFileSystem::lock(const std::string& path) {
  auto held = std::make_unique<RealFileLock>(open_retrying(path, O_RDWR | O_CREAT));
  const int descriptor = held->descriptor.get();
  if (descriptor < 0) throw_file_error("lock", path, errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_file_error("lock", path, errno);
    char holder[32] = {};
    const ssize_t bytes = ::pread(descriptor, holder, sizeof(holder) - 1, 0);
    throw UserError(fmt::format("'{}' is locked by another process ({})", path,
                                bytes > 0 ? std::string_view(holder, static_cast<size_t>(bytes)) : "unknown"));
  }
  const std::string holder = fmt::format("process {}", ::getpid());
  // Only for the message above: the lock itself needs no text.
  [[maybe_unused]] const bool told =
      ::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, holder.data(), holder.size(), 0) > 0;
  return held;
}

void RealFileSystem::sync_directory(const std::string& directory) {
  const int descriptor = open_retrying(directory, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) throw_file_error("sync directory", directory, errno);
  FileDescriptor open(descriptor);
  if (::fsync(descriptor) != 0) throw_file_error("sync directory", directory, errno);
}

}  // namespace tidemill
