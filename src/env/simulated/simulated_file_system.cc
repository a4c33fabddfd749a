#include "env/simulated/simulated_file_system.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/error.h"
#include "env/simulated/torn_bytes.h"

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
    files_.begin_call("file.read", path_);
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
    files_.begin_call("file.append", path_);
    const size_t fits = files_.room_for(bytes.size());
    files_.append(*file_, bytes.substr(0, fits));
    if (fits < bytes.size()) throw TransientError(fmt::format("Cannot write '{}': No space left on device", path_));
  }
  void sync() override {
    CHECK_MSG(open_, "'{}' is closed", path_);
    try {
      files_.begin_call("file.sync", path_);
    } catch (const TransientError&) {
      file_->sync_failed = true;
      throw;
    }
    if (!file_->sync_failed) file_->durable = file_->cached;
  }
  void close() override {
    files_.begin_call("file.close", path_);
    open_ = false;
  }

 private:
  SimulatedFileSystem& files_;
  const std::string path_;
  std::shared_ptr<File> file_;
  bool open_ = true;
};

class SimulatedFileSystem::Scratch final : public ScratchFile {
 public:
  Scratch(SimulatedFileSystem& files, std::string directory) : files_(files), directory_(std::move(directory)) {}
  ~Scratch() override { files_.scratch_bytes_ -= static_cast<int64_t>(bytes_.size()); }

  void write_at(int64_t offset, std::string_view bytes) override {
    files_.begin_call("scratch.write", directory_);
    const auto begin = static_cast<size_t>(offset);
    if (bytes_.size() < begin + bytes.size()) {
      const size_t added = begin + bytes.size() - bytes_.size();
      if (files_.room_for(added) < added)
        throw TransientError(fmt::format("Cannot write a scratch file in '{}': No space left on device", directory_));
      bytes_.resize(begin + bytes.size());
      files_.scratch_bytes_ += static_cast<int64_t>(added);
    }
    std::memcpy(bytes_.data() + begin, bytes.data(), bytes.size());
    if (!bytes.empty() && files_.faults_.maybe("scratch.flip")) bytes_[begin + bytes.size() / 2] ^= 4;
  }
  size_t read_at(int64_t offset, std::span<char> buffer) override {
    files_.begin_call("scratch.read", directory_);
    const auto begin = static_cast<size_t>(offset);
    if (begin >= bytes_.size()) return 0;
    const size_t count = std::min(buffer.size(), bytes_.size() - begin);
    std::memcpy(buffer.data(), bytes_.data() + begin, count);
    return count;
  }
  // Every other 4 KiB are in memory.
  size_t read_at_once(int64_t offset, std::span<char> buffer) override {
    return offset / 4096 % 2 == 0 ? read_at(offset, buffer) : 0;
  }
  void prefetch(int64_t, size_t) override {}

 private:
  SimulatedFileSystem& files_;
  const std::string directory_;
  std::string bytes_;
};

void SimulatedFileSystem::begin_call(std::string_view fault, const std::string& path) {
  ++calls_;
  const bool by_number = fail_at_ && (calls_ == fail_at_->call || (fail_at_->all_after && calls_ > fail_at_->call));
  if (by_number || faults_.maybe(fault))
    throw TransientError(fmt::format("Simulated fault {} at '{}' (call {})", fault, path, calls_));
}

void SimulatedFileSystem::fail_call(int64_t nth, bool all_after) {
  CHECK(nth >= 1);
  fail_at_ = {calls_ + nth, all_after};
}

int64_t SimulatedFileSystem::bytes_used() const {
  int64_t bytes = scratch_bytes_;
  for (const auto& [path, file] : cached_) bytes += static_cast<int64_t>(file->cached.size());
  return bytes;
}

size_t SimulatedFileSystem::room_for(size_t bytes) const {
  if (!quota_) return bytes;
  return std::min(bytes, static_cast<size_t>(std::max(int64_t{0}, *quota_ - bytes_used())));
}

void SimulatedFileSystem::append(File& file, std::string_view bytes) {
  file.modified = clock_.now();
  File* victim = nullptr;
  if (!bytes.empty() && faults_.maybe("file.misdirect_offset"))
    victim = &file;
  else if (!bytes.empty() && faults_.maybe("file.misdirect_file"))
    victim = &other_file(file);
  if (victim != nullptr) misdirect(*victim, bytes);
  file.cached += victim == nullptr ? std::string(bytes) : std::string(bytes.size(), '\0');
}

void SimulatedFileSystem::misdirect(File& victim, std::string_view bytes) {
  const size_t count = std::min(bytes.size(), victim.cached.size());
  if (count == 0) return;
  const size_t at = hash_integer(static_cast<uint64_t>(calls_)) % (victim.cached.size() - count + 1);
  victim.cached.replace(at, count, bytes.substr(0, count));
  // The disk took it for a write of its own time: it is as durable as what it lies on.
  if (victim.durable.size() >= at + count) victim.durable.replace(at, count, bytes.substr(0, count));
}

SimulatedFileSystem::File& SimulatedFileSystem::other_file(const File& file) {
  std::vector<File*> others;
  for (const auto& [path, other] : cached_)
    if (other.get() != &file) others.push_back(other.get());
  CHECK(!others.empty());
  return *others[hash_integer(static_cast<uint64_t>(calls_) + 1) % others.size()];
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
  begin_call("file.open", path);
  return std::make_unique<Reading>(*this, path, find("read", path));
}

std::unique_ptr<WritableFile> SimulatedFileSystem::open_write(const std::string& path) {
  begin_call("file.open", path);
  require_parent("write", path);
  const std::string normal = normal_path(path);
  if (normal.empty() || directories_.contains(normal)) find("write", path);  // throws: a directory
  if (!cached_.contains(normal)) link(normal, std::make_shared<File>());
  const std::shared_ptr<File> file = cached_[normal];
  file->cached.clear();
  file->modified = clock_.now();
  return std::make_unique<Writing>(*this, path, file);
}

std::unique_ptr<ScratchFile> SimulatedFileSystem::open_scratch(const std::string& directory) {
  begin_call("scratch.open", directory);
  create_directories(directory);
  return std::make_unique<Scratch>(*this, directory);
}

bool SimulatedFileSystem::exists(const std::string& path) {
  const std::string normal = normal_path(path);
  return normal.empty() || cached_.contains(normal) || directories_.contains(normal);
}

FileInfo SimulatedFileSystem::info(const std::string& path) {
  begin_call("file.info", path);
  const std::string normal = normal_path(path);
  if (normal.empty() || directories_.contains(normal)) return {path, 0, 0, true};
  const std::shared_ptr<File> file = find("look at", path);
  return {path, static_cast<int64_t>(file->cached.size()), file->modified, false};
}

std::vector<FileInfo> SimulatedFileSystem::list(const std::string& directory) {
  begin_call("file.list", directory);
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
  begin_call("file.create_directories", path);
  std::vector<std::string> missing;
  for (std::string normal = normal_path(path); !normal.empty(); normal = parent_of(normal)) {
    if (cached_.contains(normal))
      throw UserError(fmt::format("Cannot create directory '{}': a part of the path is a file, not a directory", path),
                      "Check the path");
    if (!directories_.contains(normal)) missing.push_back(normal);
  }
  for (auto directory = missing.rbegin(); directory != missing.rend(); ++directory) {
    directories_.insert(*directory);
    unsynced_.push_back({"", *directory, nullptr});
  }
}

void SimulatedFileSystem::rename(const std::string& from, const std::string& to) {
  begin_call("file.rename", from);
  const std::shared_ptr<File> file = find("rename", from);
  require_parent("rename", to);
  if (directories_.contains(normal_path(to))) find("rename over", to);  // throws: a directory
  if (normal_path(from) == normal_path(to)) return;
  cached_.erase(normal_path(from));
  cached_[normal_path(to)] = file;
  unsynced_.push_back({normal_path(from), normal_path(to), file});
}

void SimulatedFileSystem::remove(const std::string& path) {
  begin_call("file.remove", path);
  const std::string normal = normal_path(path);
  if (directories_.contains(normal)) {
    if (!list(path).empty()) throw TransientError(fmt::format("Cannot remove '{}': Directory not empty", path));
    directories_.erase(normal);
    unsynced_.push_back({normal, "", nullptr});
  } else {
    unsynced_.push_back({normal, "", find("remove", path)});
    cached_.erase(normal);
  }
}

void SimulatedFileSystem::sync_directory(const std::string& directory) {
  begin_call("file.sync_directory", directory);
  const std::string normal = normal_path(directory);
  if (!normal.empty() && !directories_.contains(normal)) throw_missing("sync directory", directory);
  for (const NameChange& change : unsynced_)
    if (change.concerns(normal)) apply(change);
  std::erase_if(unsynced_, [&](const NameChange& change) { return change.concerns(normal); });
  // Exactly what is there now: a name may have gone to another directory by a change that was durable before it came.
  std::erase_if(durable_, [&](const auto& entry) { return parent_of(entry.first) == normal; });
  for (const auto& [path, file] : cached_)
    if (parent_of(path) == normal) durable_[path] = file;
}

bool SimulatedFileSystem::NameChange::concerns(const std::string& directory) const {
  return (!from.empty() && parent_of(from) == directory) || (!to.empty() && parent_of(to) == directory);
}

void SimulatedFileSystem::link(const std::string& normal, std::shared_ptr<File> file) {
  unsynced_.push_back({"", normal, file});
  cached_[normal] = std::move(file);
}

void SimulatedFileSystem::apply(const NameChange& change) {
  if (change.file == nullptr) {
    durable_directories_.erase(change.from);
    if (!change.to.empty()) durable_directories_.insert(change.to);
    return;
  }
  // A name that means another file by now was given to that one by a change that is durable already.
  const auto from = durable_.find(change.from);
  if (from != durable_.end() && from->second == change.file) durable_.erase(from);
  if (!change.to.empty()) durable_[change.to] = change.file;
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
  begin_call("file.lock", path);
  const std::string normal = normal_path(path);
  require_parent("lock", normal);
  if (!locked_->insert(normal).second)
    throw UserError(fmt::format("'{}' is locked by another process (simulated)", path));
  if (!cached_.contains(normal)) link(normal, std::make_shared<File>());
  return std::make_unique<Lock>(locked_, normal);
}

void SimulatedFileSystem::power_cut() {
  drop_names_without_directory();
  restart_from_disk();
}

void SimulatedFileSystem::power_cut(Random& random) {
  for (const NameChange& change : unsynced_)
    if (random.below(2) == 0) apply(change);
  drop_names_without_directory();
  for (const auto& [path, file] : durable_)
    if (file->durable != file->cached) file->durable = torn_bytes(file->durable, file->cached, random);
  restart_from_disk();
}

void SimulatedFileSystem::drop_names_without_directory() {
  const auto lost = [&](const std::string& path) {
    return !parent_of(path).empty() && !durable_directories_.contains(parent_of(path));
  };
  // In the order of names a directory comes before what is in it.
  for (auto directory = durable_directories_.begin(); directory != durable_directories_.end();)
    directory = lost(*directory) ? durable_directories_.erase(directory) : std::next(directory);
  std::erase_if(durable_, [&](const auto& entry) { return lost(entry.first); });
}

void SimulatedFileSystem::restart_from_disk() {
  unsynced_.clear();
  cached_ = durable_;
  directories_ = durable_directories_;
  for (const auto& [path, file] : cached_) file->cached = file->durable;
}

void SimulatedFileSystem::put(const std::string& path, std::string bytes) {
  const std::string normal = normal_path(path);
  for (std::string directory = parent_of(normal); !directory.empty(); directory = parent_of(directory)) {
    directories_.insert(directory);
    durable_directories_.insert(directory);
  }
  std::erase_if(unsynced_, [&](const NameChange& change) { return change.from == normal || change.to == normal; });
  auto file = std::make_shared<File>();
  file->cached = bytes;
  file->durable = std::move(bytes);
  file->modified = clock_.now();
  cached_[normal] = file;
  durable_[normal] = std::move(file);
}

std::string SimulatedFileSystem::get(const std::string& path) { return find("read", path)->cached; }

}  // namespace tidemill
