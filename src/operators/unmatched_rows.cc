#include "operators/unmatched_rows.h"

#include <algorithm>

namespace tidemill {

UnmatchedRows::UnmatchedRows(JoinSide& side)
    : side_(&side),
      scan_(side.table().directory()),
      keys_(side.table().key_layout()),
      builders_(side.rows().make_builders()) {
  CHECK(side.counts_matches());
}

bool UnmatchedRows::read_keys() {
  KeyBatch read(side_->table().key_layout());
  side_->table().directory().read_keys(scan_.next(), read);
  keys_.clear();
  for (int32_t i = 0; i < read.num_rows(); ++i) keys_.append(KeyView(read.canonical(i)));
  key_ = 0;
  return read.num_rows() > 0;
}

bool UnmatchedRows::read_rows(int32_t& num_rows) {
  bool complete = true;
  SubKeyRange range;
  const std::string from = from_;
  if (!from.empty()) range.from = SubKey::of_bytes(from);
  side_->table().scan_for_update(keys_[key_], range, ScanDirection::kForward,
                                 [&](const SubKey& sub_key, std::byte* record) {
                                   if (side_->matches(record) > 0) return true;
                                   for (; copies_done_ < side_->count(record); ++copies_done_, ++num_rows) {
                                     if (num_rows >= kBatchRowsTarget) {
                                       from_.assign(sub_key.bytes);
                                       complete = false;
                                       return false;
                                     }
                                     side_->read_row(sub_key.bytes, builders_);
                                     key_of_row_.push_back(key_);
                                   }
                                   copies_done_ = 0;
                                   return true;
                                 });
  return complete;
}

std::optional<Batch> UnmatchedRows::next() {
  int32_t num_rows = 0;
  key_of_row_.clear();
  while (num_rows == 0) {
    if (key_ == keys_.num_rows() && !read_keys()) return std::nullopt;
    while (key_ < keys_.num_rows() && read_rows(num_rows)) {
      ++key_;
      from_.clear();
    }
  }
  std::vector<ColumnBuilder> key_builders;
  for (const Type& type : keys_.layout().types()) key_builders.emplace_back(type);
  keys_.decode(key_builders);
  std::vector<ColumnPtr> keys;
  for (ColumnBuilder& builder : key_builders) keys.push_back(builder.finish());
  const std::vector<ColumnPtr> stored = side_->rows().finish(builders_);
  std::vector<ColumnPtr> columns;
  for (const StoredRows::Source& source : side_->rows().sources()) {
    const auto index = static_cast<size_t>(source.index);
    columns.push_back(source.stored ? stored[index] : keys[index]->take(key_of_row_));
  }
  return Batch(side_->schema(), std::move(columns), num_rows);
}

}  // namespace tidemill
