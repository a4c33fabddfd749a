// connectors/spi/encoding/line_encoder.h - a file of records, each with a line end.
#pragma once
#include <memory>
#include <string>

#include "connectors/spi/format.h"

namespace tidemill {

class LineEncoder final : public Encoder {
 public:
  // `file_start` is what a file begins with, before its first record.
  explicit LineEncoder(std::unique_ptr<RecordEncoder> records, std::string file_start = {})
      : records_(std::move(records)), file_start_(std::move(file_start)) {}

  void begin_file(std::string& out) override { out += file_start_; }
  void encode(const Batch& batch, std::string& out) override {
    records_->begin(batch);
    for (int32_t row = 0; row < batch.num_rows(); ++row) {
      records_->append(row, out);
      out += '\n';
    }
  }

 private:
  const std::unique_ptr<RecordEncoder> records_;
  const std::string file_start_;
};

}  // namespace tidemill
