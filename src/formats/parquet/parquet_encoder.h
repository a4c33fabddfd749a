// formats/parquet/parquet_encoder.h - rows as a Parquet file. Rule: the file is whole once it is ended; until then a
// row group is held back.
#pragma once
#include <memory>

#include "connectors/spi/format.h"
#include "formats/parquet/parquet_library.h"

namespace tidemill {

class ParquetEncoder final : public Encoder {
 public:
  // `schema` is of the columns that are written; `library` outlives the encoder.
  ParquetEncoder(const ParquetLibrary& library, SchemaPtr schema, ParquetWriteSettings settings)
      : library_(library), schema_(std::move(schema)), settings_(std::move(settings)) {}
  void begin_file(std::string& out) override;
  void encode(const Batch& batch, std::string& out) override;
  void end_file(std::string& out) override;
  size_t memory_bytes() const override { return writer_ ? static_cast<size_t>(writer_->memory_bytes()) : 0; }

 private:
  void hand_over(std::string& out);

  const ParquetLibrary& library_;
  const SchemaPtr schema_;
  const ParquetWriteSettings settings_;
  std::unique_ptr<ParquetWriter> writer_;  // of the file at hand
};

}  // namespace tidemill
