#include "state/part_rows.h"

#include <limits>

#include "base/check.h"
#include "state/list_table.h"
#include "state/record_key.h"
#include "state/timer_queue.h"

namespace tidemill {

void PartRows::clear() {
  keys.clear();
  records.clear();
  times.clear();
  sequences.clear();
  values.clear();
  slice = {};
}

const TableFormat& PartTable::format() const {
  return companion < 0 ? *table->format : table->format->companions[static_cast<size_t>(companion)];
}

// The rows of one record table, slice, ordered table or timer queue.
class PartRowReader::Cursor {
 public:
  virtual ~Cursor() = default;
  // Appends up to `max_rows` rows; none: there are no more. What it gave before may be gone.
  virtual void next(int32_t max_rows, PartRows& rows) = 0;
};

class PartRowReader::RecordCursor final : public Cursor {
 public:
  RecordCursor(const SnapshotPart& part, const RecordPageShape& shape, PageId first)
      : part_(part), shape_(shape), page_(first) {}

  void next(int32_t max_rows, PartRows& rows) override {
    if (given_ == records_.size()) read_page();
    const std::span<const std::byte* const> some =
        std::span(records_).subspan(given_, std::min(records_.size() - given_, static_cast<size_t>(max_rows)));
    given_ += some.size();
    rows.records.assign(some.begin(), some.end());
    append_record_keys(part_.pages(), rows.keys.layout(), some, rows.keys);
  }

 private:
  void read_page() {
    part_.release_pages();
    records_.clear();
    given_ = 0;
    while (page_ != 0 && records_.empty())
      page_ = scan_record_page(part_.pages(), shape_, page_,
                               [this](StateAddress, const std::byte* record) { records_.push_back(record); });
  }

  const SnapshotPart& part_;
  const RecordPageShape shape_;
  PageId page_;                            // that comes next
  std::vector<const std::byte*> records_;  // of the page before it
  size_t given_ = 0;                       // of those
};

class PartRowReader::OrderedCursor final : public Cursor {
 public:
  OrderedCursor(const SnapshotPart& part, const TableFormat& format, PageId first)
      : part_(part), format_(format), layout_(format.key_types), page_(first) {}

  void next(int32_t max_rows, PartRows& rows) override {
    part_.release_pages();
    while (rows.size() < max_rows) {
      if (tree_ == trees_.size() && !read_page()) return;
      if (scan(trees_[tree_], max_rows, rows)) continue;  // it is not known to be at its end
      ++tree_;
      from_ = {};
    }
  }

 private:
  struct Tree {
    std::string key;
    TreeRoot root;
  };

  bool read_page() {
    trees_.clear();
    tree_ = 0;
    while (page_ != 0 && trees_.empty()) {
      page_ = scan_record_page(part_.pages(), format_.shape, page_, [this](StateAddress, const std::byte* entry) {
        Tree& tree = trees_.emplace_back();
        append_stored_key(part_.pages(), layout_, entry, tree.key);
        std::memcpy(&tree.root, entry + format_.tree_offset, sizeof(tree.root));
      });
    }
    return !trees_.empty();
  }

  // Appends rows of a tree from where the last call ended; returns whether it gave as many as were asked for.
  bool scan(const Tree& tree, int32_t max_rows, PartRows& rows) {
    scan_tree(part_.pages(), format_.sub_key_kind, tree.root, from_, ScanDirection::kForward,
              [&](const SubKey& sub_key, StateAddress address) {
                rows.keys.append(KeyView(tree.key));
                rows.records.push_back(part_.pages().page(page_of(address)) + offset_in_page(address));
                if (format_.sub_key_kind == SubKeyKind::kBytes) {
                  rows.values.emplace_back(sub_key.bytes);
                } else {
                  rows.times.push_back(sub_key.time);
                  rows.sequences.push_back(sub_key.sequence);
                }
                return rows.size() < max_rows;
              });
    if (rows.size() < max_rows) return false;
    go_behind_last(rows);
    return true;
  }

  void go_behind_last(const PartRows& rows) {
    if (format_.sub_key_kind == SubKeyKind::kBytes) {
      from_bytes_ = rows.values.back() + '\0';
      from_.from = SubKey::of_bytes(from_bytes_);
    } else if (rows.sequences.back() == std::numeric_limits<int64_t>::max()) {
      from_.from = SubKey::of_time(rows.times.back() + 1, std::numeric_limits<int64_t>::min());
    } else {
      from_.from = SubKey::of_time(rows.times.back(), rows.sequences.back() + 1);
    }
  }

  const SnapshotPart& part_;
  const TableFormat& format_;
  const KeyLayout layout_;
  PageId page_;              // of the directory, that comes next
  std::vector<Tree> trees_;  // of the page before it
  size_t tree_ = 0;          // that is read
  SubKeyRange from_;         // what of it is left
  std::string from_bytes_;
};

class PartRowReader::ListCursor final : public Cursor {
 public:
  ListCursor(const SnapshotPart& part, const TableFormat& format, PageId first)
      : part_(part),
        format_(format),
        layout_(format.key_types),
        record_bytes_(row_record_bytes(format)),
        page_(first) {}

  void next(int32_t max_rows, PartRows& rows) override {
    part_.release_pages();
    std::string scratch;
    while (rows.size() < max_rows && (list_ < lists_.size() || read_page())) {
      const List& list = lists_[list_];
      ListReader reader(part_.pages(), record_bytes_, list.root, place_);
      for (; rows.size() < max_rows && !reader.at_end(); ++position_) {
        rows.keys.append(KeyView(list.key));
        rows.values.emplace_back(reader.next(scratch));
        rows.records.push_back(reader.record());
        rows.sequences.push_back(position_);
      }
      place_ = reader.place();
      if (!reader.at_end()) return;
      ++list_;
      place_ = {};
      position_ = 0;
    }
  }

 private:
  struct List {
    std::string key;
    ListRoot root;
  };

  bool read_page() {
    lists_.clear();
    list_ = 0;
    while (page_ != 0 && lists_.empty()) {
      page_ = scan_record_page(part_.pages(), format_.shape, page_, [this](StateAddress, const std::byte* entry) {
        List& list = lists_.emplace_back();
        append_stored_key(part_.pages(), layout_, entry, list.key);
        std::memcpy(&list.root, entry + format_.tree_offset, sizeof(list.root));
      });
    }
    return !lists_.empty();
  }

  const SnapshotPart& part_;
  const TableFormat& format_;
  const KeyLayout layout_;
  const uint32_t record_bytes_;
  PageId page_;              // of the directory, that comes next
  std::vector<List> lists_;  // of the page before it
  size_t list_ = 0;          // that is read
  ListPlace place_;          // where it goes on
  int64_t position_ = 0;     // of that row
};

class PartRowReader::TimerCursor final : public Cursor {
 public:
  TimerCursor(const SnapshotPart& part, const TreeRoot& root) : part_(part), root_(root) {}

  void next(int32_t max_rows, PartRows& rows) override {
    part_.release_pages();
    std::string last;
    scan_timers(
        part_.pages(), root_,
        [&](EpochMillis time, KeyView key) {
          rows.keys.append(key);
          rows.times.push_back(time);
          if (rows.size() == max_rows) last = timer_behind(time, key);
          return rows.size() < max_rows;
        },
        from_);
    if (rows.size() < max_rows) root_ = TreeRoot();
    from_ = std::move(last);
  }

 private:
  const SnapshotPart& part_;
  TreeRoot root_;  // empty at the end
  std::string from_;
};

PartRowReader::PartRowReader(const SnapshotPart& part, const PartTable& table) : part_(part), table_(table) {
  CHECK(table.table->format->kind != TableKind::kSplits);
}

PartRowReader::~PartRowReader() = default;

std::unique_ptr<PartRowReader::Cursor> PartRowReader::open(size_t instance) const {
  const TableFormat& format = table_.format();
  if (format.kind == TableKind::kTimers) return std::make_unique<TimerCursor>(part_, table_.table->timers);
  const InstanceImage& owner = table_.table->instances[instance];
  const InstanceImage& image = table_.companion < 0 ? owner : owner.companions[static_cast<size_t>(table_.companion)];
  switch (format.kind) {
    case TableKind::kRecords:
    case TableKind::kSlices:
    case TableKind::kDistinctCounts:
      return std::make_unique<RecordCursor>(part_, format.shape, image.log.first);
    case TableKind::kOrdered:
    case TableKind::kOrderedValues:
    case TableKind::kOrderedSequence:
      return std::make_unique<OrderedCursor>(part_, format, image.log.first);
    case TableKind::kLists:
      return std::make_unique<ListCursor>(part_, format, image.log.first);
    case TableKind::kTimers:
    case TableKind::kSplits:
      break;
  }
  CHECK(false);
}

bool PartRowReader::next(int32_t max_rows, PartRows& rows) {
  const bool timers = table_.format().kind == TableKind::kTimers;
  const size_t instances = timers ? 1 : table_.table->instances.size();
  for (;;) {
    rows.clear();
    if (cursor_) cursor_->next(max_rows, rows);
    if (rows.size() > 0) break;
    if (opened_ == instances) return false;
    cursor_ = open(opened_++);
  }
  if (!timers) rows.slice = table_.table->instances[opened_ - 1].slice;
  return true;
}

}  // namespace tidemill
