#include "formats/json/changelog_encoder.h"

namespace tidemill {

void ChangelogEncoder::begin(const Batch& batch) {
  batch_ = &batch;
  rows_.begin(batch);
}

void ChangelogEncoder::append(int32_t row, std::string& out) {
  const bool taken_back = retracts(batch_->kind(row));
  out += taken_back ? envelope_.delete_before : envelope_.insert_before;
  rows_.append(row, out);
  out += taken_back ? envelope_.delete_after : envelope_.insert_after;
}

}  // namespace tidemill
