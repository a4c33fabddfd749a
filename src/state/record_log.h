// state/record_log.h - the records of one table in pages, in insertion order. Rule: a new record goes behind all
// others; sparse neighbours are merged by sliding, so order never changes.
//
//   page   := header live_bits record{capacity}      header: RecordPageHeader; record i is there where live bit i is
//   set
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "state/page_table.h"

namespace tidemill {

// First bytes of a page of records. Pages of one table are a doubly linked list in insertion order.
struct RecordPageHeader {
  uint16_t kind = 0;  // kRecordPage
  uint16_t used = 0;  // records ever placed here: the next one's index
  uint16_t live = 0;
  uint16_t reserved = 0;
  PageId previous = 0;
  PageId next = 0;
};
static_assert(sizeof(RecordPageHeader) == 16);

// Records of up to so many bytes lie in small pages: 15 and more a page.
constexpr uint32_t kSmallPageRecordMax = 256;

// Where things lie in a page of records of one size.
struct RecordPageShape {
  RecordPageShape(uint32_t record_bytes, uint32_t align);
  uint32_t offset(uint32_t index) const { return first_record + index * stride; }
  uint32_t index(uint32_t offset_in_page) const { return (offset_in_page - first_record) / stride; }

  PageSize page_size;     // small for records of up to kSmallPageRecordMax bytes; not known of a page that was saved
  uint32_t stride;        // record_bytes rounded up to the alignment
  uint32_t capacity;      // records a page
  uint32_t first_record;  // offset of record 0
};

// What a reader of pages needs besides them.
struct RecordLogImage {
  PageId first = 0;
  int64_t live_records = 0;
};

// Calls `visit(address, bytes)` for each live record in order. Pages may be live, frozen or of a snapshot.
using RecordVisitor = std::function<void(StateAddress address, const std::byte* record)>;
void scan_records(const PageSource& pages, const RecordPageShape& shape, PageId first, const RecordVisitor& visit);
// The same for the records of one page; returns the page that follows, 0: none.
PageId scan_record_page(const PageSource& pages, const RecordPageShape& shape, PageId id, const RecordVisitor& visit);

class RecordLog {
 public:
  RecordLog(PageTable& pages, uint32_t record_bytes, uint32_t align) : pages_(&pages), shape_(record_bytes, align) {}

  const RecordPageShape& shape() const { return shape_; }
  RecordLogImage image() const { return {first_, live_}; }
  int64_t live_records() const { return live_; }

  // Places a zeroed record behind all others.
  StateAddress append();
  // Removes a record. Its page is freed when it was the last one there.
  void erase(StateAddress address);

  // Collects the addresses of up to `max` live records that follow `position` (0: from the start), in order; returns
  // the position to go on from, 0 at the end. No append or erase may come between calls.
  StateAddress collect(StateAddress position, size_t max, std::vector<StateAddress>& addresses) const;

  // Collects the addresses of all live records of the next `pages` pages; begins at the first page and goes on where
  // the last call ended, whatever came between. Returns true where that was the last page: the next call begins anew.
  bool collect_next(int32_t pages, std::vector<StateAddress>& addresses);

  // Merges pages that erase() left sparse with a neighbour and tells where each record went. Requires: no address is
  // held outside.
  using MovedVisitor = std::function<void(StateAddress from, StateAddress to)>;
  void merge_sparse_pages(const MovedVisitor& moved);
  bool has_sparse_pages() const { return !sparse_.empty(); }

  // Gives all pages back.
  void clear();

 private:
  // Returns the header for writing, its live bits too.
  RecordPageHeader& write_header(PageId id);
  void unlink(PageId id);
  bool merge_into_previous(PageId id, const MovedVisitor& moved);

  PageTable* pages_;
  RecordPageShape shape_;
  PageGroup group_;
  PageId first_ = 0;
  PageId last_ = 0;
  PageId collect_next_ = 0;  // page at which collect_next() goes on; 0: the first
  int64_t live_ = 0;
  std::vector<PageId> sparse_;  // pages that fell below half since the last merge
};

}  // namespace tidemill
