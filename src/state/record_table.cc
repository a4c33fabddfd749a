#include "state/record_table.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/check.h"
#include "state/distinct_counts.h"
#include "state/key_match.h"
#include "state/ordered_sequence.h"
#include "state/ordered_values.h"
#include "state/partition_hashes.h"
#include "state/record_key.h"

namespace tidemill {
namespace {

// Rows probed together: enough for their cache misses to overlap, few enough for what was prefetched to still be there.
constexpr size_t kProbeRows = 128;

// Reads back the spilled pages of the records that the rows may find, for all rows at once.
template <class RowOf>
void load_candidates(const uint64_t* hashes, const SlotIndex& index, const PageTable& pages, size_t count,
                     RowOf row_of) {
  std::vector<StateAddress> candidates(count);
  for (size_t i = 0; i < count; ++i) candidates[i] = index.first_candidate(hashes[row_of(i)]);
  pages.load(candidates);
}

// Calls `use(i, key, candidate)` for every row in order. Slots and the records they point to are fetched ahead; the
// candidate is the first record that may have the key, 0: there is none, or one came after the look ahead.
template <class RowOf, class Use>
void probe(const KeyBatch& keys, const SlotIndex& index, const PageTable& pages, size_t count, RowOf row_of, Use use) {
  const uint64_t* const hashes = keys.hashes().data();
  if (pages.any_spilled()) load_candidates(hashes, index, pages, count, row_of);
  if (index.is_small()) {  // in the first-level cache, as most of its records: looking ahead costs more than it saves
    for (size_t i = 0; i < count; ++i)
      use(i, keys[static_cast<int32_t>(row_of(i))], index.first_candidate(hashes[row_of(i)]));
    return;
  }
  std::array<StateAddress, kProbeRows> candidates;
  for (size_t start = 0; start < count; start += kProbeRows) {
    const size_t end = std::min(count, start + kProbeRows);
    for (size_t i = start; i < end; ++i) index.prefetch(hashes[row_of(i)]);
    for (size_t i = start; i < end; ++i) {
      candidates[i - start] = index.first_candidate(hashes[row_of(i)]);
      pages.prefetch(candidates[i - start]);
    }
    for (size_t i = start; i < end; ++i) use(i, keys[static_cast<int32_t>(row_of(i))], candidates[i - start]);
  }
}

auto all_rows() {
  return [](size_t i) { return i; };
}
auto these_rows(std::span<const int32_t> rows) {
  return [rows](size_t i) { return static_cast<size_t>(rows[i]); };
}

}  // namespace

RecordTable::RecordTable(PageTable& pages, std::shared_ptr<const TableDescriptor> descriptor)
    : descriptor_(std::move(descriptor)),
      layout_(*descriptor_),
      pages_(&pages),
      log_(pages, layout_.record_bytes(), layout_.align()),
      hash_of_record_([this](StateAddress address) { return hash_of_record(address); }),
      texts_(pages),
      companions_(pages, *descriptor_) {}

RecordTable::~RecordTable() { log_.clear(); }

StateAddress RecordTable::insert(uint64_t hash) {
  CHECK_MSG(scans_ == 0, "insert into table {} within a scan of it", descriptor_->name);
  const StateAddress address = log_.append();
  index_.insert(hash, address, hash_of_record_);
  return address;
}

template <class RowOf>
void RecordTable::upsert_rows(const KeyBatch& keys, size_t count, RowOf row_of, std::byte** records, uint8_t* created) {
  CHECK_EQ(keys.layout().record_bytes(), key_layout()->record_bytes());
  if (key_layout()->record_bytes() == 0 && count > 1) {  // no key columns: all rows have one record
    upsert_rows(keys, 1, row_of, records, created);
    std::fill(records + 1, records + count, records[0]);
    std::fill(created + 1, created + count, uint8_t{0});
    return;
  }
  with_key_match(*key_layout(), texts_, [&](auto match) {
    // Inline in the loops of probe(), but for what is rare.
    probe(keys, index_, *pages_, count, row_of,
          [&](size_t i, KeyRef key, StateAddress candidate) __attribute__((always_inline)) {
            created[i] = 0;
            if (candidate != 0) [[likely]] {
              records[i] = write_record(candidate);
              if (match.equal(records[i], key.bytes)) [[likely]]
                return;
            }
            records[i] = find_or_insert(match, key, created[i]);
          });
  });
}

// Returns the record of a key that is not that of the first candidate.
template <class Match>
[[gnu::noinline]] std::byte* RecordTable::find_or_insert(const Match& match, KeyRef key, uint8_t& created) {
  const StateAddress found =
      index_.find(key.hash, [&](StateAddress address) { return match.equal(pages_->read_at(address), key.bytes); });
  if (found != 0) return write_record(found);
  std::byte* const record = write_record(insert(key.hash));
  match.put(record, key.bytes);
  created = 1;
  return record;
}

void RecordTable::upsert(const KeyBatch& keys, std::span<std::byte*> records, std::span<uint8_t> created) {
  const auto count = static_cast<size_t>(keys.num_rows());
  CHECK(records.size() == count && created.size() == count);
  upsert_rows(keys, count, all_rows(), records.data(), created.data());
}

void RecordTable::upsert(const KeyBatch& keys, std::span<const int32_t> rows, std::span<std::byte*> records,
                         std::span<uint8_t> created) {
  CHECK(records.size() == rows.size() && created.size() == rows.size());
  upsert_rows(keys, rows.size(), these_rows(rows), records.data(), created.data());
}

StateAddress RecordTable::address_of(KeyRef key) const {
  StateAddress address = 0;
  with_key_match(*key_layout(), texts_, [&](auto match) {
    address = index_.find(key.hash,
                          [&](StateAddress candidate) { return match.equal(pages_->read_at(candidate), key.bytes); });
  });
  return address;
}

std::byte* RecordTable::upsert(KeyRef key, bool& created) {
  StateAddress address = address_of(key);
  created = address == 0;
  if (!created) return write_record(address);
  address = insert(key.hash);
  std::byte* const record = write_record(address);
  with_key_match(*key_layout(), texts_, [&](auto match) { match.put(record, key.bytes); });
  return record;
}

template <class RowOf>
void RecordTable::find_rows(const KeyBatch& keys, size_t count, RowOf row_of, const std::byte** records) const {
  with_key_match(*key_layout(), texts_, [&](auto match) {
    probe(keys, index_, *pages_, count, row_of,
          [&](size_t i, KeyRef key, StateAddress candidate) __attribute__((always_inline)) {
            records[i] = nullptr;
            if (candidate == 0) return;
            records[i] = pages_->read_at(candidate);
            if (!match.equal(records[i], key.bytes)) [[unlikely]]
              records[i] = find(key);
          });
  });
}

void RecordTable::find(const KeyBatch& keys, std::span<const std::byte*> records) const {
  CHECK_EQ(records.size(), static_cast<size_t>(keys.num_rows()));
  find_rows(keys, records.size(), all_rows(), records.data());
}

void RecordTable::find(const KeyBatch& keys, std::span<const int32_t> rows, std::span<const std::byte*> records) const {
  CHECK_EQ(records.size(), rows.size());
  find_rows(keys, records.size(), these_rows(rows), records.data());
}

const std::byte* RecordTable::find(KeyRef key) const {
  const StateAddress address = address_of(key);
  return address == 0 ? nullptr : pages_->read_at(address);
}

void RecordTable::find_for_update(const KeyBatch& keys, std::span<std::byte*> records) {
  CHECK_EQ(records.size(), static_cast<size_t>(keys.num_rows()));
  probe(keys, index_, *pages_, records.size(), all_rows(), [&](size_t i, KeyRef key, StateAddress candidate) {
    records[i] = candidate == 0 ? nullptr : find_for_update(key);
  });
}

void RecordTable::find_for_update(const KeyBatch& keys, std::span<const int32_t> rows, std::span<std::byte*> records) {
  CHECK_EQ(records.size(), rows.size());
  probe(keys, index_, *pages_, records.size(), these_rows(rows), [&](size_t i, KeyRef key, StateAddress candidate) {
    records[i] = candidate == 0 ? nullptr : find_for_update(key);
  });
}

std::byte* RecordTable::find_for_update(KeyRef key) {
  const StateAddress address = address_of(key);
  return address == 0 ? nullptr : write_record(address);
}

bool RecordTable::erase(KeyRef key) {
  CHECK_MSG(scans_ == 0, "erase from table {} within a scan of it", descriptor_->name);
  const StateAddress address = address_of(key);
  if (address == 0) return false;
  if (!layout_.text_offsets().empty()) {
    std::byte* const record = write_record(address);
    for (uint32_t offset : layout_.text_offsets()) {
      StoredText stored = load_stored_text(record + offset);
      texts_.free(stored);
    }
  }
  index_.erase(key.hash, address);
  log_.erase(address);
  return true;
}

void RecordTable::erase(const KeyBatch& keys) {
  for (int32_t row = 0; row < keys.num_rows(); ++row) erase(keys[row]);
}

void RecordTable::erase(const KeyBatch& keys, std::span<const int32_t> rows) {
  for (int32_t row : rows) erase(keys[row]);
}

std::span<const std::byte* const> RecordTable::Scan::next() {
  records_.clear();
  if (begun_ && position_ == 0) return {};
  begun_ = true;
  position_ = table_->log_.collect(position_, kScanRows, addresses_);
  for (StateAddress address : addresses_) records_.push_back(table_->pages_->read_at(address));
  return records_;
}

void RecordTable::scan(const ReadVisitor& visit) const {
  Scan scan(*this);
  for (auto records = scan.next(); !records.empty(); records = scan.next()) visit(records);
}

bool RecordTable::scan_next_pages(int32_t pages, const ReadVisitor& visit) {
  const Scan guard(*this);  // no housekeeping meanwhile
  std::vector<StateAddress> addresses;
  const bool last = log_.collect_next(pages, addresses);
  std::vector<const std::byte*> records;
  records.reserve(addresses.size());
  for (StateAddress address : addresses) records.push_back(pages_->read_at(address));
  if (!records.empty()) visit(records);
  return last;
}

void RecordTable::scan_for_update(const WriteVisitor& visit) {
  const Scan guard(*this);  // no housekeeping meanwhile
  std::vector<StateAddress> addresses;
  std::vector<std::byte*> records;
  StateAddress position = 0;
  do {
    position = log_.collect(position, kScanRows, addresses);
    records.clear();
    for (StateAddress address : addresses) records.push_back(write_record(address));
    if (!records.empty()) visit(records);
  } while (position != 0);
}

void RecordTable::scan(KeyGroupRange range, int32_t max_parallelism, const ReadVisitor& visit) const {
  KeyBatch keys(key_layout());
  PartitionHashes partitions(*descriptor_);
  std::vector<const std::byte*> inside;
  scan([&](std::span<const std::byte* const> records) {
    keys.clear();
    inside.clear();
    read_keys(records, keys);
    const std::span<const uint64_t> hashes = partitions.of(keys);
    for (size_t i = 0; i < records.size(); ++i) {
      if (range.contains(key_group_of(hashes[i], max_parallelism))) inside.push_back(records[i]);
    }
    if (!inside.empty()) visit(inside);
  });
}

void RecordTable::read_keys(std::span<const std::byte* const> records, KeyBatch& keys) const {
  append_record_keys(*pages_, *key_layout(), records, keys);
}

void RecordTable::read_keys(std::span<std::byte* const> records, KeyBatch& keys) const {
  for (const std::byte* record : records) append_record_keys(*pages_, *key_layout(), {&record, 1}, keys);
}

void RecordTable::read_keys(std::span<const std::byte* const> records, std::span<ColumnBuilder> columns) const {
  KeyBatch keys(key_layout());
  read_keys(records, keys);
  keys.decode(columns);
}

uint64_t RecordTable::hash_of_record(StateAddress address) const {
  KeyBatch key(key_layout());
  const std::byte* const record = pages_->read_at(address);
  append_record_keys(*pages_, *key_layout(), {&record, 1}, key);
  return key.hashes()[0];
}

DistinctCounts& RecordTable::distinct_counts(int32_t companion) { return companions_.distinct_counts(companion); }
OrderedValues& RecordTable::ordered_values(int32_t companion) { return companions_.ordered_values(companion); }
OrderedSequence& RecordTable::ordered_sequence(int32_t companion) { return companions_.ordered_sequence(companion); }
void RecordTable::merge_companions(const RecordTable& other) { companions_.merge_from(other.companions_); }

void RecordTable::clear() {
  log_.clear();
  index_.clear();
  texts_.cells().clear();
  companions_.clear();
}

size_t RecordTable::index_bytes() const { return index_.memory_bytes() + companions_.index_bytes(); }

void RecordTable::maintain() {
  if (scans_ != 0) return;
  companions_.maintain();
  if (!log_.has_sparse_pages()) return;
  log_.merge_sparse_pages([this](StateAddress from, StateAddress to) { index_.replace(hash_of_record(to), from, to); });
}

}  // namespace tidemill
