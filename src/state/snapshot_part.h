// state/snapshot_part.h - one part of a snapshot: the state of one subtask as bytes. Rule: frozen by
// kSnapshotFormatVersion; every byte is under a checksum that is checked before it is used.
//
//   part      := head catalogue uint64 checksum page* foot
//   head      := "TIDESTAT", uint32 format version, key encoding version, hash version, page bytes, int64 checkpoint,
//                int32 max_parallelism, int32 first and last key group, uint32 0, uint64 catalogue bytes,
//                uint64 checksum of the head so far
//   catalogue := a StateImage (state_image_bytes.cc)
//   page      := uint32 page id, uint32 bytes, uint64 checksum, the page's bytes without the zeros at its end
//   foot      := uint32 0, uint32 number of pages, uint64 checksum of all pages' checksums in order
// Checksums are XXH3 (base/hash.h); a page's is combined with its id.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "state/page_table.h"
#include "state/snapshot.h"
#include "state/state_image.h"

namespace tidemill {

// Writes a whole part.
void write_part(int64_t checkpoint, const FrozenState& state, SnapshotWriter& writer);

// The pages of a part, read and checked.
class PartPages : public PageSource {
 public:
  explicit PartPages(std::string part) : part_(std::move(part)) {}
  // Throws UserError where the part has no such page.
  const std::byte* page(PageId id) const override;
  // Returns false where the id was there before.
  bool add(PageId id, std::unique_ptr<std::byte[]> bytes) { return pages_.emplace(id, std::move(bytes)).second; }

 private:
  std::string part_;
  std::unordered_map<PageId, std::unique_ptr<std::byte[]>> pages_;
};

class SnapshotPart {
 public:
  // Reads head and catalogue. Throws UserError where they are damaged or of a version this program does not know.
  explicit SnapshotPart(const SnapshotReader& reader);

  const std::string& name() const { return reader_->name(); }
  const SnapshotPartInfo& info() const { return info_; }
  const StateImage& image() const { return image_; }
  // Reads and checks all pages. Throws UserError where one is damaged or missing.
  void read_pages();
  // Requires: read_pages().
  const PartPages& pages() const { return pages_; }

 private:
  const SnapshotReader* reader_;
  SnapshotPartInfo info_;
  StateImage image_;
  uint64_t pages_offset_ = 0;
  PartPages pages_;
};

}  // namespace tidemill
