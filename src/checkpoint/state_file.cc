#include "checkpoint/state_file.h"

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"

namespace tidemill {
namespace {

constexpr size_t kBlockBytes = 64 * 1024;

// Appends to a file, counting and hashing.
class SectionWriter final : public SnapshotWriter {
 public:
  explicit SectionWriter(WritableFile& file) : file_(file) {}
  void append(std::span<const std::byte> bytes) override {
    file_.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    checksum_.update(bytes);
    bytes_ += bytes.size();
  }
  uint64_t bytes() const { return bytes_; }
  uint64_t checksum() { return checksum_.finish(); }

 private:
  WritableFile& file_;
  SectionChecksum checksum_;
  uint64_t bytes_ = 0;
};

class StateFile final : public SnapshotFile {
 public:
  StateFile(std::string name, std::unique_ptr<WritableFile> file) : name_(std::move(name)), file_(std::move(file)) {}

  StatePart append(const std::string& operator_id, int32_t subtask, const PendingSnapshot& snapshot) override {
    SectionWriter writer(*file_);
    snapshot.write(writer);
    const StatePart part{operator_id, subtask, name_, end_, writer.bytes(), writer.checksum()};
    end_ += part.bytes;
    return part;
  }
  void close() override {
    file_->sync();
    file_->close();
  }

 private:
  const std::string name_;
  std::unique_ptr<WritableFile> file_;
  uint64_t end_ = 0;
};

class Section final : public SnapshotReader {
 public:
  Section(std::unique_ptr<ReadableFile> file, std::string path, const StatePart& part)
      : file_(std::move(file)), path_(std::move(path)), part_(part) {}
  const std::string& name() const override { return path_; }
  uint64_t size() const override { return part_.bytes; }
  void read(uint64_t offset, std::span<std::byte> out) const override {
    CHECK_MSG(offset + out.size() <= part_.bytes, "{} bytes at {} of {}", out.size(), offset, part_.bytes);
    const size_t count =
        file_->read_at(static_cast<int64_t>(part_.offset + offset), {reinterpret_cast<char*>(out.data()), out.size()});
    if (count != out.size())
      throw UserError(fmt::format("Checkpoint is damaged: '{}' ends too early", path_), "Use an older checkpoint");
  }

 private:
  std::unique_ptr<ReadableFile> file_;
  const std::string path_;
  const StatePart part_;
};

}  // namespace

void SectionChecksum::update(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), kBlockBytes - block_.size());
    block_.append(reinterpret_cast<const char*>(bytes.data()), count);
    bytes = bytes.subspan(count);
    if (block_.size() == kBlockBytes) close_block();
  }
}

void SectionChecksum::close_block() {
  hash_ = hash_combine(hash_, hash_bytes(block_.data(), block_.size()));
  block_.clear();
}

uint64_t SectionChecksum::finish() {
  if (!block_.empty()) close_block();
  return hash_;
}

std::unique_ptr<SnapshotFile> create_state_file(FileSystem& files, const std::string& directory,
                                                const std::string& name) {
  return std::make_unique<StateFile>(name, files.open_write(fmt::format("{}/{}", directory, name)));
}

std::unique_ptr<SnapshotReader> open_state_section(FileSystem& files, const std::string& directory,
                                                   const StatePart& part) {
  const std::string path = fmt::format("{}/{}", directory, part.file);
  auto section = std::make_unique<Section>(files.open_read(path), path, part);
  SectionChecksum checksum;
  std::vector<std::byte> block(kBlockBytes);
  for (uint64_t offset = 0; offset < part.bytes; offset += kBlockBytes) {
    const std::span<std::byte> bytes(block.data(), std::min<uint64_t>(kBlockBytes, part.bytes - offset));
    section->read(offset, bytes);
    checksum.update(bytes);
  }
  if (checksum.finish() != part.checksum)
    throw UserError(fmt::format("Checkpoint is damaged: '{}' does not match its checksum ({} bytes at {})", path,
                                part.bytes, part.offset),
                    "Use an older checkpoint");
  return section;
}

}  // namespace tidemill
