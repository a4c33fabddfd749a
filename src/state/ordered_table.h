// state/ordered_table.h - (key, sub-key) -> record, ordered by sub-key within a key: rows of a join, an OVER frame, a
// session, a pattern. Rule: addresses handed out stay valid until StateStore::release() even while neighbours come and
// go; finding, adding and erasing one row of a key takes O(log rows of the key).
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state/record_table.h"
#include "state/sub_key.h"
#include "state/sub_key_tree.h"
#include "state/table_descriptor.h"

namespace tidemill {

class OrderedTable {
 public:
  // Requires: a descriptor without companions.
  OrderedTable(PageTable& pages, std::shared_ptr<const TableDescriptor> descriptor, SubKeyKind kind);
  OrderedTable(const OrderedTable&) = delete;
  OrderedTable& operator=(const OrderedTable&) = delete;
  ~OrderedTable();

  const TableDescriptor& descriptor() const { return *descriptor_; }
  SubKeyKind sub_key_kind() const { return kind_; }
  // Layout of the records: fields only, there is no key in them.
  const RecordLayout& layout() const { return layout_; }
  const KeyLayoutPtr& key_layout() const { return directory_.key_layout(); }
  // Rows of all keys.
  int64_t size() const { return rows_; }
  int64_t num_keys() const { return directory_.size(); }

  // Gives each row its record, in row order; new ones are zeroed. The i-th sub-key, record and flag belong to
  // keys[rows[i]].
  void upsert(const KeyBatch& keys, std::span<const int32_t> rows, std::span<const SubKey> sub_keys,
              std::span<std::byte*> records, std::span<uint8_t> created);
  std::byte* upsert(KeyRef key, const SubKey& sub_key, bool& created);

  // nullptr where absent.
  const std::byte* find(KeyRef key, const SubKey& sub_key) const;
  std::byte* find_for_update(KeyRef key, const SubKey& sub_key);
  // Rows of this key.
  int64_t size(KeyRef key) const;

  // Visits the rows of a key in the range, in order, until the visitor returns false. The visitor must not change this
  // table (except through scan_for_update, the records). A sub-key's bytes are valid during the call.
  using ReadRow = std::function<bool(const SubKey& sub_key, const std::byte* record)>;
  using WriteRow = std::function<bool(const SubKey& sub_key, std::byte* record)>;
  void scan(KeyRef key, const SubKeyRange& range, ScanDirection direction, const ReadRow& visit) const;
  void scan_for_update(KeyRef key, const SubKeyRange& range, ScanDirection direction, const WriteRow& visit);
  // Visits every key that has rows, in the order in which each got its first row.
  void scan_keys(const std::function<void(const KeyBatch& keys)>& visit) const;

  // Appends to `keys` those of the next `pages` pages; begins with the first and goes on where the last call ended,
  // whatever came between. Returns true where these were the last: the next call begins anew.
  bool next_keys(int32_t pages, KeyBatch& keys);

  // Removes rows, their texts too; return whether and how many were there.
  bool erase(KeyRef key, const SubKey& sub_key);
  int64_t erase(KeyRef key, const SubKeyRange& range);

  TextHeap& texts() { return texts_; }
  const TextHeap& texts() const { return texts_; }

  void clear();
  size_t index_bytes() const { return directory_.index_bytes(); }
  void maintain() { directory_.maintain(); }

  // The keys with the root of each one's tree, for snapshots and views.
  const RecordTable& directory() const { return directory_; }

 private:
  std::byte* write_record(StateAddress address) {
    return pages_->write_at(address, std::max<uint32_t>(layout_.record_bytes(), 1));
  }
  std::byte* upsert(TreeRoot& root, const SubKey& sub_key, bool& created);
  void free_record(StateAddress address);
  // Calls `change(root)`, with the key's tree if it has one, and forgets the key where no row is left.
  template <class Change>
  void change_tree(KeyRef key, Change change);

  std::shared_ptr<const TableDescriptor> descriptor_;
  SubKeyKind kind_;
  RecordLayout layout_;
  PageTable* pages_;
  RecordTable directory_;  // key ▸ TreeRoot
  TextHeap texts_;         // records, their texts, those of sub-keys, nodes of trees
  SubKeyTree tree_;
  int64_t rows_ = 0;
  std::vector<std::byte*> roots_;  // scratch of upsert()
  std::vector<uint8_t> new_keys_;
};

// Where the root of a key's tree lies in a record of the directory.
TreeRoot tree_root_of(const RecordTable& directory, const std::byte* record);

}  // namespace tidemill
