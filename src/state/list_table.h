// state/list_table.h - key ▸ byte strings in the order in which they came: rows of a join that nobody looks for by what
// they are. Rule: of what was added only fields are changed, and rows are removed with all of their key; adding takes
// O(1), and a key's rows lie together.
//
//   list  := ListRoot, in the record of the key
//   chunk := ListChunkHeader entry*                     a cell; each a quarter larger than the one before it
//   entry := uint32 size, record, the row               a row that fits a chunk
//          | uint32 kListRowOutside, record, StoredText  a longer one
//   record: the fields of the table, without a key
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state/record_table.h"
#include "state/table_descriptor.h"

namespace tidemill {

// Frozen, as are the two below: part of the snapshot format.
struct ListRoot {
  StateAddress first = 0;  // chunk; 0: no row
  StateAddress last = 0;
  uint32_t used = 0;  // bytes of the last chunk, its header included
  uint32_t capacity = 0;
};
static_assert(sizeof(ListRoot) == 24);

struct ListChunkHeader {
  StateAddress next = 0;
  uint32_t used = 0;  // of chunks that another one follows
  uint32_t reserved = 0;
};
static_assert(sizeof(ListChunkHeader) == 16);

constexpr uint32_t kListRowOutside = 1U << 31;

// The field of an ordered table whose sub-keys are rows that says how many copies there are: what a list has one by
// one.
constexpr std::string_view kCopiesField = "count";

// Where a row lies in the list of its key. The default: the first one.
struct ListPlace {
  StateAddress chunk = 0;
  uint32_t offset = 0;
};

// Reads the rows of one key in order. Pages may be live, frozen or of a snapshot.
class ListReader {
 public:
  // `pages` is borrowed. `record_bytes`: of the fields. `from`: what place() gave, of the same list.
  ListReader(const PageSource& pages, uint32_t record_bytes, const ListRoot& root, const ListPlace& from = {});

  // True where next() has given all rows.
  bool at_end() const { return chunk_ == root_.last && offset_ == end_; }
  // Returns where the next row is.
  ListPlace place() const { return {chunk_, offset_}; }
  // Returns the next row. It lies in a page, for as long as that is given out, or in `scratch`, where it is longer than
  // a page. Requires: !at_end().
  std::string_view next(std::string& scratch) {
    if (offset_ == end_) enter(next_);
    uint32_t size;
    std::memcpy(&size, bytes_ + offset_, sizeof(size));
    record_ = offset_ + static_cast<uint32_t>(sizeof(size));
    offset_ = record_ + record_bytes_;
    if (size == kListRowOutside) [[unlikely]]
      return load_outside(scratch);
    const std::string_view row(reinterpret_cast<const char*>(bytes_ + offset_), size);
    offset_ += size;
    return row;
  }
  // Returns the fields of the row that next() gave last, unaligned, and their address.
  const std::byte* record() const { return bytes_ + record_; }
  StateAddress record_address() const { return chunk_ + record_; }

 private:
  void enter(StateAddress chunk);
  std::string_view load_outside(std::string& scratch);

  const PageSource& pages_;
  uint32_t record_bytes_;
  uint32_t record_ = 0;
  ListRoot root_;
  StateAddress chunk_ = 0;
  StateAddress next_ = 0;  // chunk
  const std::byte* bytes_ = nullptr;
  uint32_t offset_ = 0;
  uint32_t end_ = 0;
};

class ListTable {
 public:
  // Requires: a descriptor without companions, and without texts in its fields.
  ListTable(PageTable& pages, std::shared_ptr<const TableDescriptor> descriptor);
  ListTable(const ListTable&) = delete;
  ListTable& operator=(const ListTable&) = delete;

  const TableDescriptor& descriptor() const { return *descriptor_; }
  // Layout of the records: fields only, there is no key in them.
  const RecordLayout& layout() const { return layout_; }
  const KeyLayoutPtr& key_layout() const { return directory_.key_layout(); }
  // Rows of all keys.
  int64_t size() const { return rows_; }
  int64_t num_keys() const { return directory_.size(); }

  // Where a new row's bytes go, and its fields, which are zeroed and lie unaligned.
  struct NewRow {
    std::byte* bytes = nullptr;
    std::byte* record = nullptr;
  };
  // Makes room for a row of sizes[i] bytes behind those of keys[rows[i]], in row order; the caller writes all of it to
  // places[i], then calls end_append(). Requires: spans of one length.
  void append(const KeyBatch& keys, std::span<const int32_t> rows, std::span<const uint32_t> sizes,
              std::span<NewRow> places);
  void end_append();
  // Adds a copy of one row; returns its fields, as above.
  std::byte* append(KeyRef key, std::string_view row);

  // Removes all rows of the keys. Absent keys are ignored.
  void erase(const KeyBatch& keys);

  // Gives the list of each keys[rows[i]], an empty one where the key has no rows. Requires: spans of one length.
  void find(const KeyBatch& keys, std::span<const int32_t> rows, std::span<ListRoot> lists) const;
  // Reads a list. Valid until release().
  ListReader reader(const ListRoot& list, const ListPlace& from = {}) const {
    return {*pages_, layout_.record_bytes(), list, from};
  }
  // Returns the fields at an address that a reader gave, as they are now and to be written.
  std::byte* record_at(StateAddress address) { return pages_->write_at(address, layout_.record_bytes()); }

  void clear();
  size_t index_bytes() const { return directory_.index_bytes(); }
  void maintain() { directory_.maintain(); }

  // The keys with the root of each one's list, for snapshots.
  const RecordTable& directory() const { return directory_; }

 private:
  // A row that does not fit a chunk, until end_append().
  struct LongRow {
    StateAddress entry = 0;
    std::string bytes;
  };

  NewRow add_entry(ListRoot& root, uint32_t size);
  void add_chunk(ListRoot& root, uint32_t bytes);
  // Frees the chunks of a list and what lies outside of them; returns how many rows it had.
  int64_t free_list(const ListRoot& root);

  std::shared_ptr<const TableDescriptor> descriptor_;
  RecordLayout layout_;
  PageTable* pages_;
  RecordTable directory_;  // key ▸ ListRoot
  TextHeap texts_;         // chunks, and rows that do not fit one
  int64_t rows_ = 0;

  // Scratch of append() and find().
  std::vector<std::byte*> records_;
  std::vector<uint8_t> new_keys_;
  std::vector<std::unique_ptr<LongRow>> long_rows_;
  mutable std::vector<const std::byte*> found_;
};

}  // namespace tidemill
