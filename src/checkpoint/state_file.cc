#include "checkpoint/state_file.h"

#include <algorithm>

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

  StateSection append(const PendingSnapshot& snapshot, SectionContent content) override {
    SectionWriter writer(*file_);
    snapshot.write(writer, content);
    const StateSection section{name_, end_, writer.bytes(), writer.checksum()};
    end_ += section.bytes;
    return section;
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

// One section, open.
struct OpenSection {
  std::unique_ptr<ReadableFile> file;
  std::string path;
  StateSection section;

  void read(uint64_t offset, std::span<std::byte> out) const {
    const size_t count =
        file->read_at(static_cast<int64_t>(section.offset + offset), {reinterpret_cast<char*>(out.data()), out.size()});
    if (count != out.size())
      throw UserError(fmt::format("Checkpoint is damaged: '{}' ends too early", path), "Use an older checkpoint");
  }
};

OpenSection open_section(FileSystem& files, const std::string& directory, const StateSection& section,
                         SectionCheck check) {
  std::string path = fmt::format("{}/{}", directory, section.file);
  std::unique_ptr<ReadableFile> file = files.open_read(path);
  OpenSection open{std::move(file), std::move(path), section};
  if (check == SectionCheck::kDone) return open;
  SectionChecksum checksum;
  std::vector<std::byte> block(kBlockBytes);
  for (uint64_t offset = 0; offset < section.bytes; offset += kBlockBytes) {
    const std::span<std::byte> bytes(block.data(), std::min<uint64_t>(kBlockBytes, section.bytes - offset));
    open.read(offset, bytes);
    checksum.update(bytes);
  }
  if (checksum.finish() != section.checksum)
    throw UserError(fmt::format("Checkpoint is damaged: '{}' does not match its checksum ({} bytes at {})", open.path,
                                section.bytes, section.offset),
                    "Use an older checkpoint");
  return open;
}

// The sections of a part, one after the other.
class PartReader final : public SnapshotReader {
 public:
  explicit PartReader(std::vector<OpenSection> sections) : sections_(std::move(sections)) {
    for (const OpenSection& section : sections_) {
      starts_.push_back(size_);
      size_ += section.section.bytes;
    }
  }
  // Of the last section, which the others only complete.
  const std::string& name() const override { return sections_.back().path; }
  uint64_t size() const override { return size_; }
  std::vector<uint64_t> section_starts() const override { return starts_; }
  void read(uint64_t offset, std::span<std::byte> out) const override {
    CHECK_MSG(offset + out.size() <= size_, "{} bytes at {} of {}", out.size(), offset, size_);
    auto index = static_cast<size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin()) - 1;
    for (; !out.empty(); ++index) {
      const uint64_t inside = offset - starts_[index];
      const size_t count = std::min<uint64_t>(out.size(), sections_[index].section.bytes - inside);
      sections_[index].read(inside, out.first(count));
      out = out.subspan(count);
      offset += count;
    }
  }

 private:
  std::vector<OpenSection> sections_;
  std::vector<uint64_t> starts_;
  uint64_t size_ = 0;
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

std::unique_ptr<SnapshotReader> open_state_part(FileSystem& files, const std::string& directory, const StatePart& part,
                                                SectionCheck check) {
  if (part.sections.empty())
    throw UserError(fmt::format("Checkpoint is damaged: the state of operator '{}' has no section", part.operator_id),
                    "Use an older checkpoint");
  std::vector<OpenSection> sections;
  for (const StateSection& section : part.sections) sections.push_back(open_section(files, directory, section, check));
  return std::make_unique<PartReader>(std::move(sections));
}

}  // namespace tidemill
