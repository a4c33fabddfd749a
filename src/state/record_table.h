// state/record_table.h - keyed records: key -> fixed-size record, and the companion tables declared with it. Rule:
// addresses handed out stay valid until StateStore::release(), that is, for the batch at hand; iteration is in
// insertion order, whatever was erased, copied, restored or grown.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "state/companion_set.h"
#include "state/key_batch.h"
#include "state/key_groups.h"
#include "state/page_table.h"
#include "state/record_log.h"
#include "state/slot_index.h"
#include "state/table_descriptor.h"
#include "state/text_heap.h"

namespace tidemill {

// Records of one scan step.
using ReadVisitor = std::function<void(std::span<const std::byte* const> records)>;
using WriteVisitor = std::function<void(std::span<std::byte* const> records)>;

class RecordTable {
 public:
  static constexpr int32_t kScanRows = 1024;  // records a visitor gets at once

  // A walk over all records, a step at a time. While it lives nothing may be inserted into or erased from the table;
  // between steps the addresses that it gave out may be released.
  class Scan {
   public:
    // `table` is borrowed.
    explicit Scan(const RecordTable& table) : table_(&table) { ++table.scans_; }
    Scan(const Scan&) = delete;
    Scan& operator=(const Scan&) = delete;
    ~Scan() { --table_->scans_; }
    // Returns the next records, up to kScanRows; none: all were seen. The span is valid until the next call.
    std::span<const std::byte* const> next();

   private:
    const RecordTable* table_;
    bool begun_ = false;
    StateAddress position_ = 0;
    std::vector<StateAddress> addresses_;
    std::vector<const std::byte*> records_;
  };

  RecordTable(PageTable& pages, std::shared_ptr<const TableDescriptor> descriptor);
  RecordTable(const RecordTable&) = delete;
  RecordTable& operator=(const RecordTable&) = delete;
  ~RecordTable();

  const TableDescriptor& descriptor() const { return *descriptor_; }
  const RecordLayout& layout() const { return layout_; }
  const KeyLayoutPtr& key_layout() const { return layout_.key(); }
  int64_t size() const { return log_.live_records(); }

  // Gives every row its record, in row order: records[i] and created[i] (1: it was new and is zeroed, its key apart)
  // belong to keys[i], or to keys[rows[i]]. Requires: spans as long as the keys, or as `rows`.
  void upsert(const KeyBatch& keys, std::span<std::byte*> records, std::span<uint8_t> created);
  void upsert(const KeyBatch& keys, std::span<const int32_t> rows, std::span<std::byte*> records,
              std::span<uint8_t> created);
  std::byte* upsert(KeyRef key, bool& created);

  // nullptr where the key is absent. What find() gives must not be written to.
  void find(const KeyBatch& keys, std::span<const std::byte*> records) const;
  void find(const KeyBatch& keys, std::span<const int32_t> rows, std::span<const std::byte*> records) const;
  const std::byte* find(KeyRef key) const;
  void find_for_update(const KeyBatch& keys, std::span<std::byte*> records);
  void find_for_update(const KeyBatch& keys, std::span<const int32_t> rows, std::span<std::byte*> records);
  std::byte* find_for_update(KeyRef key);

  // Removes records, their texts too; companions are the caller's to clear. Absent keys are ignored. The addresses of
  // other records stay valid.
  void erase(const KeyBatch& keys);
  void erase(const KeyBatch& keys, std::span<const int32_t> rows);
  bool erase(KeyRef key);

  // Visits all records in insertion order, up to kScanRows a call. The visitor must not insert into or erase from this
  // table; it may release() where it holds no other address.
  void scan(const ReadVisitor& visit) const;
  void scan_for_update(const WriteVisitor& visit);
  // Visits the records of the next `pages` pages at once; begins with the first and goes on where the last call ended,
  // whatever came between. Returns true where these were the last: the next call begins anew.
  bool scan_next_pages(int32_t pages, const ReadVisitor& visit);
  // Visits records whose key group lies in the range.
  void scan(KeyGroupRange range, int32_t max_parallelism, const ReadVisitor& visit) const;

  // Appends the keys of records of this table as rows of `columns`. Requires: builders of the key types.
  void read_keys(std::span<const std::byte* const> records, std::span<ColumnBuilder> columns) const;
  // Appends the keys of records to `keys`, of the same key layout, to use them with another table. Valid until
  // release().
  void read_keys(std::span<const std::byte* const> records, KeyBatch& keys) const;
  void read_keys(std::span<std::byte* const> records, KeyBatch& keys) const;

  // Heap of this table's long values: fields of kind kText.
  TextHeap& texts() { return texts_; }
  const TextHeap& texts() const { return texts_; }

  // What a snapshot needs besides the pages.
  RecordLogImage image() const { return log_.image(); }
  const CompanionSet& companions() const { return companions_; }
  CompanionSet& companions() { return companions_; }

  // Companions, by their place in the descriptor. Requires: of that kind.
  DistinctCounts& distinct_counts(int32_t companion);
  OrderedValues& ordered_values(int32_t companion);
  OrderedSequence& ordered_sequence(int32_t companion);
  // Adds what the companions of `other` hold to this table's. Requires: the same descriptor.
  void merge_companions(const RecordTable& other);

  // Makes room in the index of an empty table for so many records.
  void reserve(int64_t records) { index_.reserve(records); }
  // Removes everything and gives the pages back at once.
  void clear();

  // Bytes outside pages: the slot index, those of companions too.
  size_t index_bytes() const;
  // Squeezes pages that erasing has left sparse. Called by the store between batches.
  void maintain();

 private:
  template <class Match>
  std::byte* find_or_insert(const Match& match, KeyRef key, uint8_t& created);
  template <class RowOf>
  void upsert_rows(const KeyBatch& keys, size_t count, RowOf row_of, std::byte** records, uint8_t* created);
  template <class RowOf>
  void find_rows(const KeyBatch& keys, size_t count, RowOf row_of, const std::byte** records) const;
  template <class RowOf>
  void erase_rows(const KeyBatch& keys, size_t count, RowOf row_of);
  std::byte* write_record(StateAddress address) { return pages_->write_at(address, log_.shape().stride); }
  StateAddress insert(uint64_t hash);
  StateAddress address_of(KeyRef key) const;
  uint64_t hash_of_record(StateAddress address) const;

  std::shared_ptr<const TableDescriptor> descriptor_;
  RecordLayout layout_;
  PageTable* pages_;
  RecordLog log_;
  SlotIndex index_;
  SlotIndex::HashOfRecord hash_of_record_;
  mutable TextHeap texts_;  // comparing keys reads it
  CompanionSet companions_;
  mutable int32_t scans_ = 0;  // running ones: no housekeeping meanwhile
};

}  // namespace tidemill
