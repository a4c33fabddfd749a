#include "formats/json/debezium_encoder.h"

namespace tidemill {

void DebeziumEncoder::encode(const Batch& batch, std::string& out) {
  rows_.begin(batch);
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    const bool taken_back = retracts(batch.kind(row));
    if (!taken_back && !ignore_null_fields_) out += "{\"before\":null,\"after\":";
    if (!taken_back && ignore_null_fields_) out += "{\"after\":";
    if (taken_back) out += "{\"before\":";
    rows_.append(row, out);
    if (taken_back && !ignore_null_fields_) out += ",\"after\":null";
    out += taken_back ? ",\"op\":\"d\"}\n" : ",\"op\":\"c\"}\n";
  }
}

}  // namespace tidemill
