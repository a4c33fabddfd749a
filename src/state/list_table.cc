#include "state/list_table.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "state/record_key.h"

namespace tidemill {
namespace {

constexpr int32_t kRootField = 0;
constexpr uint32_t kChunkBytesMax = 4080;  // four in a page: a long list wastes little, and few pages hold much of it
constexpr auto kHeaderBytes = static_cast<uint32_t>(sizeof(ListChunkHeader));
constexpr auto kSizeBytes = static_cast<uint32_t>(sizeof(uint32_t));

std::shared_ptr<const TableDescriptor> directory_descriptor(const TableDescriptor& table) {
  CHECK_MSG(table.companions.empty(), "list table {} has companions", table.name);
  TableDescriptor directory = table;
  directory.fields = {RecordField::bytes("list", sizeof(ListRoot), alignof(ListRoot))};
  return std::make_shared<const TableDescriptor>(std::move(directory));
}

TableDescriptor without_key(const TableDescriptor& table) {
  TableDescriptor rows = table;
  rows.key_types.clear();
  return rows;
}

ListRoot& root_in(const RecordTable& directory, std::byte* record) {
  return *reinterpret_cast<ListRoot*>(record + directory.layout().offset(kRootField));
}

}  // namespace

ListReader::ListReader(const PageSource& pages, uint32_t record_bytes, const ListRoot& root, const ListPlace& from)
    : pages_(pages), record_bytes_(record_bytes), root_(root) {
  if (root.first == 0) return;
  enter(from.chunk == 0 ? root.first : from.chunk);
  if (from.chunk != 0) offset_ = from.offset;
}

void ListReader::enter(StateAddress chunk) {
  chunk_ = chunk;
  bytes_ = pages_.page(page_of(chunk)) + offset_in_page(chunk);
  ListChunkHeader header;
  std::memcpy(&header, bytes_, sizeof(header));
  next_ = header.next;
  offset_ = kHeaderBytes;
  end_ = chunk == root_.last ? root_.used : header.used;
}

std::string_view ListReader::load_outside(std::string& scratch) {
  const StoredText stored = load_stored_text(bytes_ + offset_);
  offset_ += static_cast<uint32_t>(sizeof(stored));
  return TextHeap::load(pages_, stored, scratch);
}

ListTable::ListTable(PageTable& pages, std::shared_ptr<const TableDescriptor> descriptor)
    : descriptor_(std::move(descriptor)),
      layout_(without_key(*descriptor_)),
      pages_(&pages),
      directory_(pages, directory_descriptor(*descriptor_)),
      texts_(pages) {
  CHECK_MSG(layout_.text_offsets().empty(), "list table {} has texts in its fields", descriptor_->name);
}

void ListTable::add_chunk(ListRoot& root, uint32_t bytes) {
  const uint32_t grown = std::min(root.capacity + root.capacity / 4, kChunkBytesMax);
  const uint32_t capacity = CellHeap::cell_bytes(std::max(kHeaderBytes + bytes, grown));
  const StateAddress chunk = texts_.cells().allocate(capacity);
  const ListChunkHeader header;
  std::memcpy(pages_->write_at(chunk, kHeaderBytes), &header, sizeof(header));
  if (root.first == 0) {
    root.first = chunk;
  } else {
    const ListChunkHeader full{chunk, root.used, 0};
    std::memcpy(pages_->write_at(root.last, kHeaderBytes), &full, sizeof(full));
  }
  root.last = chunk;
  root.used = kHeaderBytes;
  root.capacity = capacity;
}

ListTable::NewRow ListTable::add_entry(ListRoot& root, uint32_t size) {
  const uint32_t record_bytes = layout_.record_bytes();
  const bool outside = size > CellHeap::kCellBytesMax - kHeaderBytes - kSizeBytes - record_bytes;
  const uint32_t bytes = kSizeBytes + record_bytes + (outside ? static_cast<uint32_t>(sizeof(StoredText)) : size);
  if (root.capacity - root.used < bytes) add_chunk(root, bytes);
  const StateAddress address = root.last + root.used;
  std::byte* const entry = pages_->write_at(address, bytes);
  root.used += bytes;
  ++rows_;
  const uint32_t shown = outside ? kListRowOutside : size;
  std::memcpy(entry, &shown, sizeof(shown));
  std::memset(entry + kSizeBytes, 0, record_bytes);
  if (!outside) return {entry + kSizeBytes + record_bytes, entry + kSizeBytes};
  LongRow& row = *long_rows_.emplace_back(std::make_unique<LongRow>());
  row.entry = address + kSizeBytes + record_bytes;
  row.bytes.resize(size);
  return {reinterpret_cast<std::byte*>(row.bytes.data()), entry + kSizeBytes};
}

void ListTable::append(const KeyBatch& keys, std::span<const int32_t> rows, std::span<const uint32_t> sizes,
                       std::span<NewRow> places) {
  CHECK(sizes.size() == rows.size() && places.size() == rows.size());
  records_.resize(rows.size());
  new_keys_.resize(rows.size());
  directory_.upsert(keys, rows, records_, new_keys_);
  if (pages_->any_spilled()) {
    std::vector<StateAddress> tails;
    for (std::byte* const record : records_) tails.push_back(root_in(directory_, record).last);
    pages_->load(tails);
  }
  for (std::byte* const record : records_) {
    const ListRoot& root = root_in(directory_, record);
    if (root.last != 0)
      pages_->prefetch(root.last + std::min(root.used, root.capacity - 1));  // in the chunk, also where it is full
  }
  for (size_t i = 0; i < rows.size(); ++i) places[i] = add_entry(root_in(directory_, records_[i]), sizes[i]);
}

void ListTable::end_append() {
  for (const std::unique_ptr<LongRow>& row : long_rows_)
    put_stored_text(pages_->write_at(row->entry, sizeof(StoredText)), texts_.store(row->bytes));
  long_rows_.clear();
}

std::byte* ListTable::append(KeyRef key, std::string_view row) {
  bool created = false;
  std::byte* const record = directory_.upsert(key, created);
  const NewRow place = add_entry(root_in(directory_, record), static_cast<uint32_t>(row.size()));
  if (!row.empty()) std::memcpy(place.bytes, row.data(), row.size());
  end_append();
  return place.record;
}

int64_t ListTable::free_list(const ListRoot& root) {
  int64_t rows = 0;
  for (StateAddress chunk = root.first; chunk != 0;) {
    const std::byte* const bytes = pages_->read_at(chunk);
    ListChunkHeader header;
    std::memcpy(&header, bytes, sizeof(header));
    const uint32_t end = chunk == root.last ? root.used : header.used;
    for (uint32_t offset = kHeaderBytes; offset < end; ++rows) {
      uint32_t size;
      std::memcpy(&size, bytes + offset, kSizeBytes);
      offset += kSizeBytes + layout_.record_bytes();
      if (size == kListRowOutside) {
        StoredText outside = load_stored_text(bytes + offset);
        texts_.free(outside);
        size = sizeof(StoredText);
      }
      offset += size;
    }
    texts_.cells().free(chunk);
    chunk = header.next;
  }
  return rows;
}

void ListTable::erase(const KeyBatch& keys) {
  for (int32_t row = 0; row < keys.num_rows(); ++row) {
    const std::byte* const record = directory_.find(keys[row]);
    if (record == nullptr) continue;
    ListRoot root;
    std::memcpy(&root, record + directory_.layout().offset(kRootField), sizeof(root));
    rows_ -= free_list(root);
    directory_.erase(keys[row]);
  }
}

void ListTable::find(const KeyBatch& keys, std::span<const int32_t> rows, std::span<ListRoot> lists) const {
  CHECK_EQ(lists.size(), rows.size());
  found_.resize(rows.size());
  directory_.find(keys, rows, found_);
  const uint32_t offset = directory_.layout().offset(kRootField);
  for (size_t i = 0; i < rows.size(); ++i) {
    lists[i] = ListRoot();
    if (found_[i] == nullptr) continue;
    std::memcpy(&lists[i], found_[i] + offset, sizeof(ListRoot));
    pages_->prefetch(lists[i].first);
  }
  if (!pages_->any_spilled()) return;
  std::vector<StateAddress> chunks;
  for (const ListRoot& list : lists) chunks.push_back(list.first);
  pages_->load(chunks);
}

void ListTable::clear() {
  directory_.clear();
  texts_.cells().clear();
  rows_ = 0;
}

}  // namespace tidemill
