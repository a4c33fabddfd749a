#include "operators/unmatched_rows.h"

namespace tidemill {

UnmatchedRows::UnmatchedRows(JoinSide& side)
    : side_(&side), scan_(side.table().directory()), keys_(side.table().key_layout()), rows_(side) {
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

bool UnmatchedRows::read_rows() {
  bool complete = true;
  SubKeyRange range;
  const std::string from = from_;
  if (!from.empty()) range.from = SubKey::of_bytes(from);
  side_->table().scan_for_update(keys_[key_], range, ScanDirection::kForward,
                                 [&](const SubKey& sub_key, std::byte* record) {
                                   if (side_->matches(record) > 0) return true;
                                   for (; copies_done_ < side_->count(record); ++copies_done_) {
                                     if (rows_.size() >= kBatchRowsTarget) {
                                       from_.assign(sub_key.bytes);
                                       complete = false;
                                       return false;
                                     }
                                     rows_.add(sub_key.bytes, key_);
                                   }
                                   copies_done_ = 0;
                                   return true;
                                 });
  return complete;
}

std::optional<Batch> UnmatchedRows::next() {
  while (rows_.size() == 0) {
    if (key_ == keys_.num_rows() && !read_keys()) return std::nullopt;
    while (key_ < keys_.num_rows() && read_rows()) {
      ++key_;
      from_.clear();
    }
  }
  return rows_.finish(keys_);
}

}  // namespace tidemill
