// state/snapshot_part.h - one part of a snapshot: the state of one subtask as bytes. Rule: frozen by
// kSnapshotFormatVersion; every byte is under a checksum that is checked before it is used.
//
//   part      := section+      a whole one, then those of what changed since the one before
//   section   := head catalogue uint64 checksum page* foot
//   head      := "TIDESTAT", uint32 format version, key encoding version, hash version, page bytes, int64 checkpoint,
//                int64 base (the checkpoint of the section before, 0: whole), int32 max_parallelism, int32 first and
//                last key group, uint32 0, uint64 catalogue bytes, uint64 checksum of the head so far
//   catalogue := a StateImage (state_image_bytes.cc); that of the last section counts
//   page      := uint32 page id, uint32 bytes, uint64 checksum, bytes of the page without the zeros at its end
//              | uint32 page id, uint32 2^31 + bytes, uint64 checksum, change
//                (bytes + 2^30: of a small page, since version 3)
//   change    := uint64 checksum of the whole page after it, uint64[4] ChangedBlocks ([1] of a small page), 64 bytes
//                for each of them
//   foot      := uint32 0, uint32 number of pages, uint64 checksum of all pages' checksums in order
// Checksums are XXH3 (base/hash.h); a page's is combined with its id and size.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "state/page_table.h"
#include "state/snapshot.h"
#include "state/state_image.h"

namespace tidemill {

// Writes a section. kChanges: of what changed since the base of `state`, which must have one; a page of which more
// than 30 % changed is written as a whole.
void write_section(int64_t checkpoint, const FrozenState& state, SectionContent content, SnapshotWriter& writer);
// Bytes of pages that a section of either content has at most.
uint64_t whole_page_bytes(const FrozenState& state);
uint64_t changed_page_bytes(const FrozenState& state);

// The pages of a part, read and checked: in memory as far as the budget allows. One thread at a time.
class PartPages : public PageSource {
 public:
  PartPages(std::string part, const PageTableOptions& options) : part_(std::move(part)), pages_(options) {}
  // The bytes stay until release(). Throws UserError where the part has no such page.
  const std::byte* page(PageId id) const override;
  bool has(PageId id) const { return id < ids_.size() && ids_[id] != 0; }
  // Returns the page for writing until release(), made and zeroed where it is not there yet or of another size.
  std::byte* write(PageId id, PageSize size);
  // Requires: has(id).
  PageSize page_size(PageId id) const { return pages_.page_size(ids_[id]); }
  void release() { pages_.release(); }
  // Pages whose bytes were given out since the last release().
  size_t pinned_pages() const { return pages_.pinned_pages(); }

 private:
  std::string part_;
  PageTable pages_;
  // Ids of pages_ by those of the part, 0: not there. One block: a small one a page would lie between pages that come
  // and go, and glibc could not use their memory again.
  std::vector<PageId> ids_;
};

class SnapshotPart {
 public:
  // Reads heads and the last catalogue. Throws UserError where they are damaged or of a version this program does not
  // know.
  explicit SnapshotPart(const SnapshotReader& reader);

  const std::string& name() const { return reader_->name(); }
  const SnapshotPartInfo& info() const { return info_; }
  const StateImage& image() const { return image_; }
  // Reads and checks all pages; they are kept as `options` says. Throws UserError where one is damaged or missing.
  void read_pages(const PageTableOptions& options);
  // Gives up the bytes that pages() gave out.
  void release_pages() const { pages_->release(); }
  void drop_pages() { pages_ = nullptr; }
  // Requires: read_pages().
  const PartPages& pages() const { return *pages_; }

 private:
  // Returns the bytes of a section's catalogue, checked, and where its pages begin.
  std::pair<std::string, uint64_t> read_catalogue(uint64_t start) const;
  void read_section(uint64_t start, uint64_t end);
  void read_whole(PageId id, PageSize size, std::string_view bytes);
  void read_change(PageId id, PageSize size, uint64_t offset, std::string_view bytes);

  const SnapshotReader* reader_;
  SnapshotPartInfo info_;
  StateImage image_;
  std::unique_ptr<PartPages> pages_;
};

}  // namespace tidemill
