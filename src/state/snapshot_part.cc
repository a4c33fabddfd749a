#include "state/snapshot_part.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "state/damaged.h"
#include "state/key_encoding.h"

namespace tidemill {
namespace {

constexpr std::string_view kMagic = "TIDESTAT";
constexpr size_t kHeadBytes = 72;
constexpr size_t kPageHeadBytes = 16;
constexpr uint64_t kCatalogueBytesMax = 1ULL << 32;
constexpr uint32_t kChange = 1U << 31;  // in the size of a page
constexpr uint32_t kSmall = 1U << 30;
constexpr size_t kPagesAtOnce = 64;  // read back before they may be spilled

uint64_t page_checksum(PageId id, uint32_t size, const std::byte* bytes) {
  return hash_combine(hash_combine(id, size), hash_bytes(bytes, size & ~(kChange | kSmall)));
}

void append(SnapshotWriter& writer, std::string_view bytes) {
  writer.append(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

std::string make_head(int64_t checkpoint, int64_t base, const StateImage& image, uint64_t catalogue_bytes) {
  ByteWriter head;
  for (char c : kMagic) head.put(c);
  head.put(kSnapshotFormatVersion);
  head.put(kKeyEncodingVersion);
  head.put(kHashVersion);
  head.put(static_cast<uint32_t>(kPageBytes));
  head.put(checkpoint);
  head.put(base);
  head.put(image.max_parallelism);
  head.put(image.key_groups.first);
  head.put(image.key_groups.last);
  head.put(uint32_t{0});
  head.put(catalogue_bytes);
  head.put(hash_bytes(head.bytes().data(), head.bytes().size()));
  return head.bytes();
}

uint32_t small_flag(PageSize size) { return size == PageSize::kSmall ? kSmall : 0; }
size_t blocks_of(PageSize size) { return bytes_of(size) / ChangedBlocks::kBlockBytes; }
size_t change_head_bytes(PageSize size) { return sizeof(uint64_t) + blocks_of(size) / 8; }

// Returns how many of the page's `size` bytes there are up to the last one that is not zero, at least one.
size_t bytes_without_zeros(const std::byte* page, size_t size) {
  for (uint64_t word = 0; size > sizeof(word); size -= sizeof(word)) {
    std::memcpy(&word, page + size - sizeof(word), sizeof(word));
    if (word != 0) break;
  }
  while (size > 1 && page[size - 1] == std::byte{0}) --size;
  return size;
}

// Replaces `bytes`, whose memory is used again.
void read_bytes(const SnapshotReader& reader, uint64_t offset, uint64_t size, std::string& bytes) {
  if (offset > reader.size() || size > reader.size() - offset)
    throw_damaged(reader.name(), reader.size(), "it ends too early");
  bytes.resize(size);
  reader.read(offset, std::as_writable_bytes(std::span(bytes.data(), bytes.size())));
}

std::string read_bytes(const SnapshotReader& reader, uint64_t offset, uint64_t size) {
  std::string bytes;
  read_bytes(reader, offset, size, bytes);
  return bytes;
}

[[noreturn]] void refuse_other(const SnapshotReader& reader, std::string_view what, uint32_t found, uint32_t known) {
  throw UserError(fmt::format("State in part {} is of {} {}, this program knows {}", reader.name(), what, found, known),
                  found > known ? "Use the version of the program that wrote it, or a newer one."
                                : "Take a savepoint with the version that wrote it and migrate step by step.");
}

void check_version(const SnapshotReader& reader, std::string_view what, uint32_t found, uint32_t known) {
  if (found != known) refuse_other(reader, what, found, known);
}

struct Head {
  SnapshotPartInfo info;
  uint64_t catalogue_bytes = 0;
};

Head read_head(const SnapshotReader& reader, uint64_t start) {
  const std::string bytes = read_bytes(reader, start, kHeadBytes);
  if (bytes.substr(0, kMagic.size()) != kMagic) throw_damaged(reader.name(), start, "it is not a part of a snapshot");
  ByteReader in(reader.name(), start + kMagic.size(), std::string_view(bytes).substr(kMagic.size()), throw_damaged);
  // The format version comes first: of a newer one nothing else may be believed.
  const auto format = in.get<uint32_t>();
  if (format < kOldestSnapshotFormat || format > kSnapshotFormatVersion)
    refuse_other(reader, "snapshot format", format, kSnapshotFormatVersion);
  const uint64_t body = hash_bytes(bytes.data(), kHeadBytes - sizeof(uint64_t));
  uint64_t checksum;
  std::memcpy(&checksum, bytes.data() + kHeadBytes - sizeof(checksum), sizeof(checksum));
  if (checksum != body) throw_damaged(reader.name(), start, "the checksum of its head is wrong");
  check_version(reader, "key encoding", in.get<uint32_t>(), kKeyEncodingVersion);
  check_version(reader, "hash version", in.get<uint32_t>(), kHashVersion);
  check_version(reader, "page size", in.get<uint32_t>(), static_cast<uint32_t>(kPageBytes));
  Head head;
  head.info.checkpoint = in.get<int64_t>();
  head.info.base = in.get<int64_t>();
  head.info.max_parallelism = in.get<int32_t>();
  head.info.key_groups.first = in.get<int32_t>();
  head.info.key_groups.last = in.get<int32_t>();
  in.get<uint32_t>();
  head.catalogue_bytes = in.get<uint64_t>();
  if (head.catalogue_bytes > kCatalogueBytesMax) in.fail("its catalogue's size is out of range");
  return head;
}

// Whether so much of the page changed that it is written as a whole.
bool worth_whole(const ChangedBlocks& changed, PageSize size) {
  return size_t{changed.count()} * 10 > blocks_of(size) * 3;
}

// Writes the pages of one section, counting them and their checksums.
class PageWriter {
 public:
  explicit PageWriter(SnapshotWriter& writer) : writer_(writer) {}

  void write_whole(PageId id, PageSize size, const std::byte* page) {
    const size_t bytes = bytes_without_zeros(page, bytes_of(size));
    write(id, small_flag(size) | static_cast<uint32_t>(bytes), {page, bytes});
  }
  void write_change(PageId id, PageSize size, const std::byte* page, const ChangedBlocks& changed) {
    change_.clear();
    put(hash_bytes(page, bytes_of(size)));
    for (size_t word = 0; word < blocks_of(size) / 64; ++word) put(changed.words()[word]);
    for (uint32_t block = 0; block < blocks_of(size); ++block) {
      const std::byte* const bytes = page + block * ChangedBlocks::kBlockBytes;
      if (changed.marked(block)) change_.insert(change_.end(), bytes, bytes + ChangedBlocks::kBlockBytes);
    }
    write(id, kChange | small_flag(size) | static_cast<uint32_t>(change_.size()), change_);
  }
  void write_foot() {
    ByteWriter foot;
    foot.put(PageId{0});
    foot.put(pages_);
    foot.put(all_checksums_);
    append(writer_, foot.bytes());
  }

 private:
  void put(uint64_t value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    change_.insert(change_.end(), bytes.begin(), bytes.end());
  }
  void write(PageId id, uint32_t size, std::span<const std::byte> bytes) {
    const uint64_t checksum = page_checksum(id, size, bytes.data());
    ByteWriter head;
    head.put(id);
    head.put(size);
    head.put(checksum);
    append(writer_, head.bytes());
    writer_.append(bytes);
    all_checksums_ = hash_combine(all_checksums_, checksum);
    ++pages_;
  }

  SnapshotWriter& writer_;
  uint32_t pages_ = 0;
  uint64_t all_checksums_ = 0;
  std::vector<std::byte> change_;
};

void write_pages(const FrozenState& state, SectionContent content, SnapshotWriter& writer) {
  PageWriter pages(writer);
  std::vector<std::byte> page(kPageBytes);
  for (PageId id = 1; id < state.pages().id_end(); ++id) {
    if (!state.pages().allocated(id)) continue;
    const bool whole = content == SectionContent::kWhole || worth_whole(state.changes(id), state.pages().page_size(id));
    if (!whole && !state.changes(id).any()) continue;
    const PageSize size = state.pages().copy(id, page.data());
    whole ? pages.write_whole(id, size, page.data()) : pages.write_change(id, size, page.data(), state.changes(id));
  }
  pages.write_foot();
}

// Checks that the sections follow each other: a whole one, then each behind its base.
void check_order(const SnapshotReader& reader, uint64_t start, const SnapshotPartInfo& info, int64_t before) {
  if (info.base == before) return;
  throw_damaged(reader.name(), start,
                before == 0
                    ? fmt::format("its first section is what changed since checkpoint {}", info.base)
                    : fmt::format("what changed since checkpoint {} lies behind checkpoint {}", info.base, before));
}

}  // namespace

void write_section(int64_t checkpoint, const FrozenState& state, SectionContent content, SnapshotWriter& writer) {
  ByteWriter catalogue;
  write_image(state.image(), catalogue);
  const int64_t base = content == SectionContent::kWhole ? 0 : state.base();
  append(writer, make_head(checkpoint, base, state.image(), catalogue.bytes().size()));
  append(writer, catalogue.bytes());
  ByteWriter checksum;
  checksum.put(hash_bytes(catalogue.bytes().data(), catalogue.bytes().size()));
  append(writer, checksum.bytes());
  write_pages(state, content, writer);
}

uint64_t whole_page_bytes(const FrozenState& state) {
  uint64_t bytes = 0;
  for (PageId id = 1; id < state.pages().id_end(); ++id)
    if (state.pages().allocated(id)) bytes += kPageHeadBytes + bytes_of(state.pages().page_size(id));
  return bytes;
}

uint64_t changed_page_bytes(const FrozenState& state) {
  uint64_t bytes = 0;
  for (PageId id = 1; id < state.pages().id_end(); ++id) {
    if (!state.pages().allocated(id) || !state.changes(id).any()) continue;
    const PageSize size = state.pages().page_size(id);
    const uint64_t blocks = state.changes(id).count() * uint64_t{ChangedBlocks::kBlockBytes};
    bytes +=
        kPageHeadBytes + (worth_whole(state.changes(id), size) ? bytes_of(size) : change_head_bytes(size) + blocks);
  }
  return bytes;
}

SnapshotPartInfo read_part_info(const SnapshotReader& part) {
  return read_head(part, part.section_starts().back()).info;
}

const std::byte* PartPages::page(PageId id) const {
  if (!has(id))
    throw UserError(fmt::format("State is damaged: page {} is missing in part {}", id, part_),
                    "Restore from an older checkpoint, or from an intact copy of this file.");
  return pages_.read(ids_[id]);
}

std::byte* PartPages::write(PageId id, PageSize size) {
  if (id >= ids_.size()) ids_.resize(size_t{id} + 1);
  if (ids_[id] != 0 && pages_.page_size(ids_[id]) != size) {
    pages_.free(ids_[id]);
    ids_[id] = 0;
  }
  if (ids_[id] == 0) ids_[id] = pages_.allocate(size);
  return pages_.write(ids_[id]);
}

SnapshotPart::SnapshotPart(const SnapshotReader& reader) : reader_(&reader) {
  int64_t before = 0;
  for (const uint64_t start : reader.section_starts()) {
    info_ = read_head(reader, start).info;
    check_order(reader, start, info_, before);
    before = info_.checkpoint;
  }
  const uint64_t last = reader.section_starts().back();
  const std::string catalogue = read_catalogue(last).first;
  ByteReader in(name(), last + kHeadBytes, catalogue, throw_damaged);
  image_ = read_image(in);
  image_.max_parallelism = info_.max_parallelism;
  image_.key_groups = info_.key_groups;
}

std::pair<std::string, uint64_t> SnapshotPart::read_catalogue(uint64_t start) const {
  const uint64_t bytes = read_head(*reader_, start).catalogue_bytes;
  const uint64_t offset = start + kHeadBytes;
  std::string catalogue = read_bytes(*reader_, offset, bytes + sizeof(uint64_t));
  uint64_t checksum;
  std::memcpy(&checksum, catalogue.data() + bytes, sizeof(checksum));
  if (checksum != hash_bytes(catalogue.data(), bytes))
    throw_damaged(name(), offset, "the checksum of its catalogue is wrong");
  catalogue.resize(bytes);
  return {std::move(catalogue), offset + bytes + sizeof(checksum)};
}

void SnapshotPart::read_pages(const PageTableOptions& options) {
  pages_ = std::make_unique<PartPages>(name(), options);
  std::vector<uint64_t> bounds = reader_->section_starts();
  bounds.push_back(reader_->size());
  for (size_t i = 0; i + 1 < bounds.size(); ++i) read_section(bounds[i], bounds[i + 1]);
  pages_->release();
}

void SnapshotPart::read_section(uint64_t start, uint64_t end) {
  uint64_t offset = read_catalogue(start).second;
  uint64_t all_checksums = 0;
  std::string head, bytes;
  for (uint32_t pages = 0;; ++pages) {
    read_bytes(*reader_, offset, kPageHeadBytes, head);
    ByteReader in(name(), offset, head, throw_damaged);
    const auto id = in.get<PageId>();
    const auto stored_size = in.get<uint32_t>();
    const auto checksum = in.get<uint64_t>();
    if (id == 0) {
      if (stored_size != pages) throw_damaged(name(), offset, fmt::format("it has {} pages of {}", pages, stored_size));
      if (checksum != all_checksums) throw_damaged(name(), offset, "the checksum of its pages is wrong");
      if (offset + kPageHeadBytes != end) throw_damaged(name(), offset, "bytes follow its end");
      return;
    }
    const bool change = (stored_size & kChange) != 0;
    const PageSize page_size = (stored_size & kSmall) != 0 ? PageSize::kSmall : PageSize::kLarge;
    const uint32_t size = stored_size & ~(kChange | kSmall);
    if (size == 0 || size > bytes_of(page_size) + (change ? change_head_bytes(page_size) : 0))
      throw_damaged(name(), offset, fmt::format("a page has {} bytes", size));
    read_bytes(*reader_, offset + kPageHeadBytes, size, bytes);
    if (page_checksum(id, stored_size, reinterpret_cast<const std::byte*>(bytes.data())) != checksum)
      throw_damaged(name(), offset, fmt::format("the checksum of page {} is wrong", id));
    change ? read_change(id, page_size, offset, bytes) : read_whole(id, page_size, bytes);
    if (pages % kPagesAtOnce == 0) pages_->release();
    all_checksums = hash_combine(all_checksums, checksum);
    offset += kPageHeadBytes + size;
  }
}

void SnapshotPart::read_whole(PageId id, PageSize size, std::string_view bytes) {
  std::byte* const page = pages_->write(id, size);
  std::memcpy(page, bytes.data(), bytes.size());
  std::memset(page + bytes.size(), 0, bytes_of(size) - bytes.size());
}

void SnapshotPart::read_change(PageId id, PageSize size, uint64_t offset, std::string_view bytes) {
  ByteReader in(name(), offset, bytes, throw_damaged);
  const auto checksum = in.get<uint64_t>();
  ChangedBlocks changed;
  for (size_t word = 0; word < blocks_of(size) / 64; ++word) changed.words()[word] = in.get<uint64_t>();
  if (!pages_->has(id) || pages_->page_size(id) != size)
    in.fail(fmt::format("page {} changed, but was not there, or of another size", id));
  std::byte* const page = pages_->write(id, size);
  for (uint32_t block = 0; block < blocks_of(size); ++block) {
    if (!changed.marked(block)) continue;
    const std::string_view from = in.get_bytes(ChangedBlocks::kBlockBytes);
    std::memcpy(page + block * ChangedBlocks::kBlockBytes, from.data(), from.size());
  }
  if (!in.at_end()) in.fail("bytes follow a change");
  if (hash_bytes(page, bytes_of(size)) != checksum)
    throw_damaged(name(), offset, fmt::format("page {} is not what it was after its change", id));
}

}  // namespace tidemill
