#include "formats/json/changelog_encoder.h"

namespace tidemill {

void ChangelogEncoder::encode(const Batch& batch, std::string& out) {
  rows_.begin(batch);
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    const bool taken_back = retracts(batch.kind(row));
    out += taken_back ? envelope_.delete_before : envelope_.insert_before;
    rows_.append(row, out);
    out += taken_back ? envelope_.delete_after : envelope_.insert_after;
    out += '\n';
  }
}

}  // namespace tidemill
