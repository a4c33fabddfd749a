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
constexpr size_t kHeadBytes = 64;
constexpr size_t kPageHeadBytes = 16;
constexpr uint64_t kCatalogueBytesMax = 1ULL << 32;

uint64_t page_checksum(PageId id, const std::byte* bytes, size_t size) {
  return hash_combine(id, hash_bytes(bytes, size));
}

void append(SnapshotWriter& writer, std::string_view bytes) {
  writer.append(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

std::string make_head(int64_t checkpoint, const StateImage& image, uint64_t catalogue_bytes) {
  ByteWriter head;
  for (char c : kMagic) head.put(c);
  head.put(kSnapshotFormatVersion);
  head.put(kKeyEncodingVersion);
  head.put(kHashVersion);
  head.put(static_cast<uint32_t>(kPageBytes));
  head.put(checkpoint);
  head.put(image.max_parallelism);
  head.put(image.key_groups.first);
  head.put(image.key_groups.last);
  head.put(uint32_t{0});
  head.put(catalogue_bytes);
  head.put(hash_bytes(head.bytes().data(), head.bytes().size()));
  return head.bytes();
}

// Returns the page's bytes up to its last one that is not zero, at least one.
size_t bytes_without_zeros(const std::byte* page) {
  size_t size = kPageBytes;
  for (uint64_t word = 0; size > sizeof(word); size -= sizeof(word)) {
    std::memcpy(&word, page + size - sizeof(word), sizeof(word));
    if (word != 0) break;
  }
  while (size > 1 && page[size - 1] == std::byte{0}) --size;
  return size;
}

std::string read_bytes(const SnapshotReader& reader, uint64_t offset, uint64_t size) {
  if (offset > reader.size() || size > reader.size() - offset)
    throw_damaged(reader.name(), reader.size(), "it ends too early");
  std::string bytes(size, '\0');
  reader.read(offset, std::as_writable_bytes(std::span(bytes.data(), bytes.size())));
  return bytes;
}

void refuse_newer(const SnapshotReader& reader, std::string_view what, uint32_t found, uint32_t known) {
  if (found == known) return;
  throw UserError(fmt::format("State in part {} is of {} {}, this program knows {}", reader.name(), what, found, known),
                  found > known ? "Use the version of the program that wrote it, or a newer one."
                                : "Take a savepoint with the version that wrote it and migrate step by step.");
}

struct Head {
  SnapshotPartInfo info;
  uint64_t catalogue_bytes = 0;
};

Head read_head(const SnapshotReader& reader) {
  const std::string bytes = read_bytes(reader, 0, kHeadBytes);
  if (bytes.substr(0, kMagic.size()) != kMagic) throw_damaged(reader.name(), 0, "it is not a part of a snapshot");
  ByteReader in(reader.name(), kMagic.size(), std::string_view(bytes).substr(kMagic.size()), throw_damaged);
  // The format version comes first: of a newer one nothing else may be believed.
  refuse_newer(reader, "snapshot format", in.get<uint32_t>(), kSnapshotFormatVersion);
  const uint64_t body = hash_bytes(bytes.data(), kHeadBytes - sizeof(uint64_t));
  uint64_t checksum;
  std::memcpy(&checksum, bytes.data() + kHeadBytes - sizeof(checksum), sizeof(checksum));
  if (checksum != body) throw_damaged(reader.name(), 0, "the checksum of its head is wrong");
  refuse_newer(reader, "key encoding", in.get<uint32_t>(), kKeyEncodingVersion);
  refuse_newer(reader, "hash version", in.get<uint32_t>(), kHashVersion);
  refuse_newer(reader, "page size", in.get<uint32_t>(), static_cast<uint32_t>(kPageBytes));
  Head head;
  head.info.checkpoint = in.get<int64_t>();
  head.info.max_parallelism = in.get<int32_t>();
  head.info.key_groups.first = in.get<int32_t>();
  head.info.key_groups.last = in.get<int32_t>();
  in.get<uint32_t>();
  head.catalogue_bytes = in.get<uint64_t>();
  if (head.catalogue_bytes > kCatalogueBytesMax) in.fail("its catalogue's size is out of range");
  return head;
}

}  // namespace

void write_part(int64_t checkpoint, const FrozenState& state, SnapshotWriter& writer) {
  ByteWriter catalogue;
  write_image(state.image(), catalogue);
  append(writer, make_head(checkpoint, state.image(), catalogue.bytes().size()));
  append(writer, catalogue.bytes());
  ByteWriter checksum;
  checksum.put(hash_bytes(catalogue.bytes().data(), catalogue.bytes().size()));
  append(writer, checksum.bytes());
  uint32_t pages = 0;
  uint64_t all_checksums = 0;
  std::vector<std::byte> page_bytes(kPageBytes);
  for (PageId id = 1; id < state.pages().id_end(); ++id) {
    if (!state.pages().allocated(id)) continue;
    state.pages().copy(id, page_bytes.data());
    const std::byte* const bytes = page_bytes.data();
    const size_t size = bytes_without_zeros(bytes);
    const uint64_t page = page_checksum(id, bytes, size);
    ByteWriter head;
    head.put(id);
    head.put(static_cast<uint32_t>(size));
    head.put(page);
    append(writer, head.bytes());
    writer.append({bytes, size});
    all_checksums = hash_combine(all_checksums, page);
    ++pages;
  }
  ByteWriter foot;
  foot.put(PageId{0});
  foot.put(pages);
  foot.put(all_checksums);
  append(writer, foot.bytes());
}

SnapshotPartInfo read_part_info(const SnapshotReader& part) { return read_head(part).info; }

const std::byte* PartPages::page(PageId id) const {
  const auto place = pages_.find(id);
  if (place == pages_.end())
    throw UserError(fmt::format("State is damaged: page {} is missing in part {}", id, part_),
                    "Restore from an older checkpoint, or from an intact copy of this file.");
  return place->second.get();
}

SnapshotPart::SnapshotPart(const SnapshotReader& reader) : reader_(&reader), pages_(reader.name()) {
  const Head head = read_head(reader);
  info_ = head.info;
  const std::string catalogue = read_bytes(reader, kHeadBytes, head.catalogue_bytes + sizeof(uint64_t));
  uint64_t checksum;
  std::memcpy(&checksum, catalogue.data() + head.catalogue_bytes, sizeof(checksum));
  if (checksum != hash_bytes(catalogue.data(), head.catalogue_bytes))
    throw_damaged(name(), kHeadBytes, "the checksum of its catalogue is wrong");
  ByteReader in(name(), kHeadBytes, std::string_view(catalogue).substr(0, head.catalogue_bytes), throw_damaged);
  image_ = read_image(in);
  image_.max_parallelism = info_.max_parallelism;
  image_.key_groups = info_.key_groups;
  pages_offset_ = kHeadBytes + catalogue.size();
}

void SnapshotPart::read_pages() {
  uint64_t offset = pages_offset_;
  uint64_t all_checksums = 0;
  for (uint32_t pages = 0;; ++pages) {
    const std::string head = read_bytes(*reader_, offset, kPageHeadBytes);
    ByteReader in(name(), offset, head, throw_damaged);
    const auto id = in.get<PageId>();
    const auto size = in.get<uint32_t>();
    const auto checksum = in.get<uint64_t>();
    if (id == 0) {
      if (size != pages) throw_damaged(name(), offset, fmt::format("it has {} pages of {}", pages, size));
      if (checksum != all_checksums) throw_damaged(name(), offset, "the checksum of its pages is wrong");
      if (offset + kPageHeadBytes != reader_->size()) throw_damaged(name(), offset, "bytes follow its end");
      return;
    }
    if (size == 0 || size > kPageBytes) throw_damaged(name(), offset, fmt::format("a page has {} bytes", size));
    if (offset + kPageHeadBytes + size > reader_->size()) throw_damaged(name(), reader_->size(), "it ends too early");
    auto bytes = std::make_unique<std::byte[]>(kPageBytes);
    reader_->read(offset + kPageHeadBytes, {bytes.get(), size});
    if (page_checksum(id, bytes.get(), size) != checksum)
      throw_damaged(name(), offset, fmt::format("the checksum of page {} is wrong", id));
    if (!pages_.add(id, std::move(bytes))) throw_damaged(name(), offset, fmt::format("page {} is there twice", id));
    all_checksums = hash_combine(all_checksums, checksum);
    offset += kPageHeadBytes + size;
  }
}

}  // namespace tidemill
