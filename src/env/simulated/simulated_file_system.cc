#include "env/simulated/simulated_file_system.h"

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

// "/a//b/./c/../d" and "a/b/d" are the same file; the root is "".
std::string normal_path(const std::string& path) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (part == ".." && !parts.empty())
      parts.pop_back();
    else if (!part.empty() && part != "." && part != "..")
      parts.push_back(part);
    begin = end + 1;
  }
  return fmt::format("{}", fmt::join(parts, "/"));
}

std::string parent_of(const std::string& normal) {
  const size_t slash = normal.find_last_of('/');
  return slash == std::string::npos ? "" : normal.substr(0, slash);
}

[[noreturn]] void throw_missing(std::string_view doing, const std::string& path) {
  throw UserError(fmt::format("Cannot {} '{}': there is no such file or directory", doing, path),
                  "Check the path; a relative one starts at the working directory");
}

}  // namespace

class SimulatedFileSystem::Reading final : public ReadableFile {
 public:
  Reading(SimulatedFileSystem& files, std::string path, std::shared_ptr<File> file)
      : files_(files), path_(std::move(path)), file_(std::move(file)) {}

  int64_t size_bytes() const override { return static_cast<int64_t>(file_->cached.size()); }
  size_t read_at(int64_t offset, std::span<char> buffer) override {
    files_.fail_perhaps("file.read", path_);
    CHECK(offset >= 0);
    if (offset >= size_bytes()) return 0;
    const size_t count = std::min(buffer.size(), file_->cached.size() - static_cast<size_t>(offset));
    std::memcpy(buffer.data(), file_->cached.data() + offset, count);
    return count;
  }

 private:
  SimulatedFileSystem& files_;
  const std::string path_;
  std::shared_ptr<File> file_;
};

class SimulatedFileSystem::Writing final : public WritableFile {
 public:
  Writing(SimulatedFileSystem& files, std::string path, std::shared_ptr<File> file)
      : files_(files), path_(std::move(path)), file_(std::move(file)) {}

  void append(std::string_view bytes) override {
    CHECK_MSG(open_, "'{}' is closed", path_);
    files_.fail_perhaps("file.append", path_);
    file_->cached += bytes;
    file_->modified = files_.clock_.now();
  }
  void sync() override {
    CHECK_MSG(open_, "'{}' is closed", path_);
    files_.fail_perhaps("file.sync", path_);
    file_->durable = file_->cached;
  }
  void close() override { open_ = false; }

 private:
  SimulatedFileSystem& files_;
  const std::string path_;
  std::shared_ptr<File> file_;
  bool open_ = true;
};

class SimulatedFileSystem::Scratch final : public ScratchFile {
 public:
  Scratch(SimulatedFileSystem& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  void write_at(int64_t offset, std::string_view bytes) override {
    files_.fail_perhaps("scratch.write", directory_);
    const auto begin = static_cast<size_t>(offset);
    if (bytes_.size() < begin + bytes.size()) bytes_.resize(begin + bytes.size());
    std::memcpy(bytes_.data() + begin, bytes.data(), bytes.size());
    if (!bytes.empty() && files_.faults_.maybe("scratch.flip")) bytes_[begin + bytes.size() / 2] ^= 4;
  }
  size_t read_at(int64_t offset, std::span<char> buffer) override {
    files_.fail_perhaps("scratch.read", directory_);
    const auto begin = static_cast<size_t>(offset);
    if (begin >= bytes_.size()) return 0;
    const size_t count = std::min(buffer.size(), bytes_.size() - begin);
    std::memcpy(buffer.data(), bytes_.data() + begin, count);
    return count;
  }
  void prefetch(int64_t, size_t) override {}

 private:
  SimulatedFileSystem& files_;
  const std::string directory_;
  std::string bytes_;
};

void SimulatedFileSystem::fail_perhaps(std::string_view fault, const std::string& path) {
  if (faults_.maybe(fault)) throw TransientError(fmt::format("Simulated fault {} at '{}'", fault, path));
}

std::shared_ptr<SimulatedFileSystem::File> SimulatedFileSystem::find(std::string_view doing,
                                                                     const std::string& path) const {
  const std::string normal = normal_path(path);
  const auto found = cached_.find(normal);
  if (found != cached_.end()) return found->second;
  if (normal.empty() || directories_.contains(normal))
    throw UserError(fmt::format("Cannot {} '{}': it is a directory", doing, path), "Name a file");
  throw_missing(doing, path);
}

void SimulatedFileSystem::require_parent(std::string_view doing, const std::string& path) const {
  const std::string parent = parent_of(normal_path(path));
  if (cached_.contains(parent))
    throw UserError(fmt::format("Cannot {} '{}': a part of the path is a file, not a directory", doing, path),
                    "Check the path");
  if (!parent.empty() && !directories_.contains(parent)) throw_missing(doing, path);
}

std::unique_ptr<ReadableFile> SimulatedFileSystem::open_read(const std::string& path) {
  fail_perhaps("file.open", path);
  return std::make_unique<Reading>(*this, path, find("read", path));
}

std::unique_ptr<WritableFile> SimulatedFileSystem::open_write(const std::string& path) {
  fail_perhaps("file.open", path);
  require_parent("write", path);
  const std::string normal = normal_path(path);
  if (normal.empty() || directories_.contains(normal)) find("write", path);  // throws: a directory
  std::shared_ptr<File>& file = cached_[normal];
  if (!file) file = std::make_shared<File>();
  file->cached.clear();
  file->modified = clock_.now();
  return std::make_unique<Writing>(*this, path, file);
}

std::unique_ptr<ScratchFile> SimulatedFileSystem::open_scratch(const std::string& directory) {
  fail_perhaps("scratch.open", directory);
  create_directories(directory);
  return std::make_unique<Scratch>(*this, directory);
}

bool SimulatedFileSystem::exists(const std::string& path) {
  const std::string normal = normal_path(path);
  return normal.empty() || cached_.contains(normal) || directories_.contains(normal);
}

FileInfo SimulatedFileSystem::info(const std::string& path) {
  const std::string normal = normal_path(path);
  if (normal.empty() || directories_.contains(normal)) return {path, 0, 0, true};
  const std::shared_ptr<File> file = find("look at", path);
  return {path, static_cast<int64_t>(file->cached.size()), file->modified, false};
}

std::vector<FileInfo> SimulatedFileSystem::list(const std::string& directory) {
  const std::string normal = normal_path(directory);
  if (cached_.contains(normal))
    throw UserError(fmt::format("Cannot list '{}': a part of the path is a file, not a directory", directory),
                    "Check the path");
  if (!normal.empty() && !directories_.contains(normal)) throw_missing("list", directory);
  const std::string prefix = directory.empty() || directory.ends_with('/') ? directory : directory + "/";
  const auto name_of = [](const std::string& path) { return path.substr(path.find_last_of('/') + 1); };
  std::vector<FileInfo> entries;
  for (const auto& [path, file] : cached_)
    if (parent_of(path) == normal)
      entries.push_back({prefix + name_of(path), static_cast<int64_t>(file->cached.size()), file->modified, false});
  for (const std::string& path : directories_)
    if (parent_of(path) == normal) entries.push_back({prefix + name_of(path), 0, 0, true});
  std::sort(entries.begin(), entries.end(), [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return entries;
}

void SimulatedFileSystem::create_directories(const std::string& path) {
  for (std::string normal = normal_path(path); !normal.empty(); normal = parent_of(normal)) {
    if (cached_.contains(normal))
      throw UserError(fmt::format("Cannot create directory '{}': a part of the path is a file, not a directory", path),
                      "Check the path");
    directories_.insert(normal);
  }
}

void SimulatedFileSystem::rename(const std::string& from, const std::string& to) {
  fail_perhaps("file.rename", from);
  const std::shared_ptr<File> file = find("rename", from);
  require_parent("rename", to);
  if (directories_.contains(normal_path(to))) find("rename over", to);  // throws: a directory
  cached_.erase(normal_path(from));
  cached_[normal_path(to)] = file;
}

void SimulatedFileSystem::remove(const std::string& path) {
  fail_perhaps("file.remove", path);
  const std::string normal = normal_path(path);
  if (!directories_.contains(normal)) {
    find("remove", path);
    cached_.erase(normal);
    return;
  }
  if (!list(path).empty()) throw TransientError(fmt::format("Cannot remove '{}': Directory not empty", path));
  directories_.erase(normal);
}

void SimulatedFileSystem::sync_directory(const std::string& directory) {
  fail_perhaps("file.sync_directory", directory);
  const std::string normal = normal_path(directory);
  if (!normal.empty() && !directories_.contains(normal)) throw_missing("sync directory", directory);
  std::erase_if(durable_, [&](const auto& entry) { return parent_of(entry.first) == normal; });
  for (const auto& [path, file] : cached_)
    if (parent_of(path) == normal) durable_[path] = file;
}

class SimulatedFileSystem::Lock final : public FileLock {
 public:
  Lock(std::shared_ptr<std::set<std::string>> locked, std::string path)
      : locked_(std::move(locked)), path_(std::move(path)) {}
  ~Lock() override { locked_->erase(path_); }

 private:
  const std::shared_ptr<std::set<std::string>> locked_;
  const std::string path_;
};

std::unique_ptr<FileLock> SimulatedFileSystem::lock(const std::string& path) {
  const std::string normal = normal_path(path);
  require_parent("lock", normal);
  if (!locked_->insert(normal).second)
    throw UserError(fmt::format("'{}' is locked by another process (simulated)", path));
  if (!cached_.contains(normal)) cached_[normal] = std::make_shared<File>();
  return std::make_unique<Lock>(locked_, normal);
}

void SimulatedFileSystem::power_cut() {
  cached_ = durable_;
  for (const auto& [path, file] : cached_) file->cached = file->durable;
}

void SimulatedFileSystem::put(const std::string& path, std::string bytes) {
  const std::string normal = normal_path(path);
  create_directories(parent_of(normal));
  auto file = std::make_shared<File>();
  file->cached = bytes;
  file->durable = std::move(bytes);
  file->modified = clock_.now();
  cached_[normal] = file;
  durable_[normal] = std::move(file);
}

std::string SimulatedFileSystem::get(const std::string& path) { return find("read", path)->cached; }

}  // namespace tidemill
