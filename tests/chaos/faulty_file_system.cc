#include "tests/chaos/faulty_file_system.h"

#include <fmt/format.h>

namespace tidemill::chaos {
namespace {

std::string_view purpose(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  if (name.starts_with("_metadata")) return "manifest";
  if (name.ends_with(".state")) return "state";
  if (name.starts_with("part-") || name.starts_with(".part-")) return "part";
  if (name.starts_with("chk-")) return "epoch";
  if (name == "checkpoints" || name == "lock") return "checkpoints";
  if (name.starts_with("out")) return "sink";
  return "input";
}

// Before a call.
void before(Faults& faults, std::string_view call, std::string_view what_for) {
  fail_point(faults, "any.call");
  fail_point(faults, fmt::format("{}.{}", call, what_for));
}
// Behind one whose effect others may see.
void behind(Faults& faults, std::string_view call, std::string_view what_for) {
  fail_point(faults, fmt::format("{}.{}.done", call, what_for));
}

class FaultyReadable final : public ReadableFile {
 public:
  FaultyReadable(std::unique_ptr<ReadableFile> file, Faults& faults, std::string_view what_for)
      : file_(std::move(file)), faults_(faults), what_for_(what_for) {}
  int64_t size_bytes() const override { return file_->size_bytes(); }
  size_t read_at(int64_t offset, std::span<char> buffer) override {
    before(faults_, "read", what_for_);
    return file_->read_at(offset, buffer);
  }

 private:
  std::unique_ptr<ReadableFile> file_;
  Faults& faults_;
  std::string_view what_for_;
};

class FaultyWritable final : public WritableFile {
 public:
  FaultyWritable(std::unique_ptr<WritableFile> file, Faults& faults, std::string_view what_for)
      : file_(std::move(file)), faults_(faults), what_for_(what_for) {}
  void append(std::string_view bytes) override {
    // Where it strikes, half of the bytes are there.
    file_->append(bytes.substr(0, bytes.size() / 2));
    before(faults_, "append", what_for_);
    file_->append(bytes.substr(bytes.size() / 2));
  }
  void sync() override {
    before(faults_, "sync", what_for_);
    file_->sync();
    behind(faults_, "sync", what_for_);
  }
  void close() override {
    before(faults_, "close", what_for_);
    file_->close();
  }

 private:
  std::unique_ptr<WritableFile> file_;
  Faults& faults_;
  std::string_view what_for_;
};

class FaultyScratch final : public ScratchFile {
 public:
  FaultyScratch(std::unique_ptr<ScratchFile> file, Faults& faults) : file_(std::move(file)), faults_(faults) {}
  void write_at(int64_t offset, std::string_view bytes) override {
    fail_point(faults_, "any.call");
    fail_point(faults_, "scratch.write");
    file_->write_at(offset, bytes);
  }
  size_t read_at(int64_t offset, std::span<char> buffer) override {
    fail_point(faults_, "any.call");
    fail_point(faults_, "scratch.read");
    return file_->read_at(offset, buffer);
  }
  size_t read_at_once(int64_t offset, std::span<char> buffer) override {
    fail_point(faults_, "any.call");
    fail_point(faults_, "scratch.read");
    return file_->read_at_once(offset, buffer);
  }
  void prefetch(int64_t offset, size_t bytes) override { file_->prefetch(offset, bytes); }

 private:
  std::unique_ptr<ScratchFile> file_;
  Faults& faults_;
};

}  // namespace

std::unique_ptr<ReadableFile> FaultyFileSystem::open_read(const std::string& path) {
  before(faults_, "open", purpose(path));
  return std::make_unique<FaultyReadable>(files_.open_read(path), faults_, purpose(path));
}

std::unique_ptr<WritableFile> FaultyFileSystem::open_write(const std::string& path) {
  before(faults_, "write", purpose(path));
  return std::make_unique<FaultyWritable>(files_.open_write(path), faults_, purpose(path));
}

std::unique_ptr<ScratchFile> FaultyFileSystem::open_scratch(const std::string& directory) {
  fail_point(faults_, "any.call");
  fail_point(faults_, "scratch.open");
  return std::make_unique<FaultyScratch>(files_.open_scratch(directory), faults_);
}

std::vector<FileInfo> FaultyFileSystem::list(const std::string& directory) {
  before(faults_, "list", purpose(directory));
  return files_.list(directory);
}

void FaultyFileSystem::create_directories(const std::string& path) {
  before(faults_, "create", purpose(path));
  files_.create_directories(path);
}

void FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  before(faults_, "rename", purpose(to));
  files_.rename(from, to);
  behind(faults_, "rename", purpose(to));
}

void FaultyFileSystem::remove(const std::string& path) {
  before(faults_, "remove", purpose(path));
  files_.remove(path);
  behind(faults_, "remove", purpose(path));
}

std::unique_ptr<FileLock> FaultyFileSystem::lock(const std::string& path) {
  before(faults_, "lock", purpose(path));
  return files_.lock(path);
}

void FaultyFileSystem::sync_directory(const std::string& directory) {
  before(faults_, "sync", purpose(directory));
  files_.sync_directory(directory);
  behind(faults_, "sync", purpose(directory));
}

}  // namespace tidemill::chaos
