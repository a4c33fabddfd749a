#include "state/ordered_table.h"

#include <cstring>

#include "base/check.h"
#include "state/record_key.h"

namespace tidemill {
namespace {

constexpr int32_t kRootField = 0;

std::shared_ptr<const TableDescriptor> directory_descriptor(const TableDescriptor& table) {
  CHECK_MSG(table.companions.empty(), "ordered table {} has companions", table.name);
  TableDescriptor directory;
  directory.name = table.name;
  directory.key_types = table.key_types;
  directory.partition_columns = table.partition_columns;
  directory.fields = {RecordField::bytes("tree", sizeof(TreeRoot), alignof(TreeRoot))};
  return std::make_shared<const TableDescriptor>(std::move(directory));
}

TableDescriptor without_key(const TableDescriptor& table) {
  TableDescriptor rows = table;
  rows.key_types.clear();
  return rows;
}

TreeRoot& root_in(const RecordTable& directory, std::byte* record) {
  return *reinterpret_cast<TreeRoot*>(record + directory.layout().offset(kRootField));
}

}  // namespace

TreeRoot tree_root_of(const RecordTable& directory, const std::byte* record) {
  return *reinterpret_cast<const TreeRoot*>(record + directory.layout().offset(kRootField));
}

OrderedTable::OrderedTable(PageTable& pages, std::shared_ptr<const TableDescriptor> descriptor, SubKeyKind kind)
    : descriptor_(std::move(descriptor)),
      kind_(kind),
      layout_(without_key(*descriptor_)),
      pages_(&pages),
      directory_(pages, directory_descriptor(*descriptor_)),
      texts_(pages),
      tree_(kind, texts_) {}

OrderedTable::~OrderedTable() = default;

std::byte* OrderedTable::upsert(TreeRoot& root, const SubKey& sub_key, bool& created) {
  created = false;
  const StateAddress address = tree_.insert(root, sub_key, [&] {
    created = true;
    return texts_.cells().allocate(
        std::max<uint32_t>(layout_.record_bytes(), 1));  // a row may be nothing but its place
  });
  std::byte* const record = write_record(address);
  if (!created) return record;
  std::memset(record, 0, layout_.record_bytes());
  ++rows_;
  return record;
}

std::byte* OrderedTable::upsert(KeyRef key, const SubKey& sub_key, bool& created) {
  bool new_key = false;
  return upsert(root_in(directory_, directory_.upsert(key, new_key)), sub_key, created);
}

void OrderedTable::upsert(const KeyBatch& keys, std::span<const int32_t> rows, std::span<const SubKey> sub_keys,
                          std::span<std::byte*> records, std::span<uint8_t> created) {
  CHECK(sub_keys.size() == rows.size() && records.size() == rows.size() && created.size() == rows.size());
  roots_.resize(rows.size());
  new_keys_.resize(rows.size());
  directory_.upsert(keys, rows, roots_, new_keys_);
  for (size_t i = 0; i < rows.size(); ++i) {
    bool new_row = false;
    records[i] = upsert(root_in(directory_, roots_[i]), sub_keys[i], new_row);
    created[i] = new_row ? 1 : 0;
  }
}

const std::byte* OrderedTable::find(KeyRef key, const SubKey& sub_key) const {
  const std::byte* const entry = directory_.find(key);
  if (entry == nullptr) return nullptr;
  const StateAddress address = tree_.find(tree_root_of(directory_, entry), sub_key);
  return address == 0 ? nullptr : pages_->read_at(address);
}

std::byte* OrderedTable::find_for_update(KeyRef key, const SubKey& sub_key) {
  const std::byte* const entry = directory_.find(key);
  if (entry == nullptr) return nullptr;
  const StateAddress address = tree_.find(tree_root_of(directory_, entry), sub_key);
  return address == 0 ? nullptr : write_record(address);
}

int64_t OrderedTable::size(KeyRef key) const {
  const std::byte* const entry = directory_.find(key);
  return entry == nullptr ? 0 : tree_root_of(directory_, entry).rows;
}

void OrderedTable::scan(KeyRef key, const SubKeyRange& range, ScanDirection direction, const ReadRow& visit) const {
  const std::byte* const entry = directory_.find(key);
  if (entry == nullptr) return;
  scan_tree(*pages_, kind_, tree_root_of(directory_, entry), range, direction,
            [&](const SubKey& sub_key, StateAddress record) { return visit(sub_key, pages_->read_at(record)); });
}

void OrderedTable::scan_for_update(KeyRef key, const SubKeyRange& range, ScanDirection direction,
                                   const WriteRow& visit) {
  const std::byte* const entry = directory_.find(key);
  if (entry == nullptr) return;
  scan_tree(*pages_, kind_, tree_root_of(directory_, entry), range, direction,
            [&](const SubKey& sub_key, StateAddress record) { return visit(sub_key, write_record(record)); });
}

void OrderedTable::scan_keys(const std::function<void(const KeyBatch& keys)>& visit) const {
  KeyBatch keys(key_layout());
  directory_.scan([&](std::span<const std::byte* const> entries) {
    keys.clear();
    directory_.read_keys(entries, keys);
    visit(keys);
  });
}

bool OrderedTable::next_keys(int32_t pages, KeyBatch& keys) {
  return directory_.scan_next_pages(
      pages, [&](std::span<const std::byte* const> entries) { directory_.read_keys(entries, keys); });
}

void OrderedTable::free_record(StateAddress address) {
  for (uint32_t offset : layout_.text_offsets()) {
    StoredText stored = load_stored_text(pages_->read_at(address) + offset);
    texts_.free(stored);
  }
  texts_.cells().free(address);
  --rows_;
}

template <class Change>
void OrderedTable::change_tree(KeyRef key, Change change) {
  std::byte* const entry = directory_.find_for_update(key);
  if (entry == nullptr) return;
  TreeRoot& root = root_in(directory_, entry);
  change(root);
  if (root.rows == 0) directory_.erase(key);
}

bool OrderedTable::erase(KeyRef key, const SubKey& sub_key) {
  StateAddress address = 0;
  change_tree(key, [&](TreeRoot& root) {
    address = tree_.erase(root, sub_key);
    if (address != 0) free_record(address);
  });
  return address != 0;
}

int64_t OrderedTable::erase(KeyRef key, const SubKeyRange& range) {
  int64_t erased = 0;
  change_tree(key, [&](TreeRoot& root) {
    erased = tree_.erase(root, range, root.rows, [&](const SubKey&, StateAddress address) {
      free_record(address);
      return true;
    });
  });
  return erased;
}

void OrderedTable::clear() {
  directory_.clear();
  texts_.cells().clear();
  rows_ = 0;
}

}  // namespace tidemill
