#include "formats/parquet/library/writer.h"

#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include "formats/parquet/library/arrow_status.h"

namespace tidemill {
namespace {

constexpr int64_t kRowGroupRowsMax = int64_t{1} << 30;  // row groups end by their bytes

// Keeps what is written until the caller takes it away.
class Bytes final : public arrow::io::OutputStream {
 public:
  Bytes() { set_mode(arrow::io::FileMode::WRITE); }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return written_; }
  arrow::Status Write(const void* data, int64_t bytes) override {
    pending.append(static_cast<const char*>(data), static_cast<size_t>(bytes));
    written_ += bytes;
    return arrow::Status::OK();
  }

  std::string pending;

 private:
  int64_t written_ = 0;
  bool closed_ = false;
};

arrow::Compression::type compression_of(const std::string& name) {
  using arrow::Compression;
  if (name == "SNAPPY") return Compression::SNAPPY;
  if (name == "GZIP") return Compression::GZIP;
  if (name == "BROTLI") return Compression::BROTLI;
  if (name == "ZSTD") return Compression::ZSTD;
  if (name == "LZ4_RAW") return Compression::LZ4;
  if (name == "LZ4") return Compression::LZ4_HADOOP;
  return Compression::UNCOMPRESSED;
}

std::shared_ptr<parquet::WriterProperties> properties_of(const ParquetWriteSettings& settings,
                                                         arrow::MemoryPool* pool) {
  parquet::WriterProperties::Builder builder;
  builder.memory_pool(pool)
      ->compression(compression_of(settings.compression))
      ->data_pagesize(settings.page_bytes)
      ->dictionary_pagesize_limit(settings.dictionary_page_bytes)
      ->max_row_group_length(kRowGroupRowsMax)
      ->enable_page_checksum()
      ->created_by("tidemill");
  if (!settings.dictionary) builder.disable_dictionary();
  builder.data_page_version(settings.version_2 ? parquet::ParquetDataPageVersion::V2
                                               : parquet::ParquetDataPageVersion::V1);
  return builder.build();
}

arrow::TimeUnit::type unit_of(int32_t digits) {
  return digits == 3 ? arrow::TimeUnit::MILLI : digits == 6 ? arrow::TimeUnit::MICRO : arrow::TimeUnit::NANO;
}

class Writer final : public ParquetWriter {
 public:
  Writer(ArrowSchema& schema, const ParquetWriteSettings& settings)
      : errors_("A Parquet file cannot be written"), pool_(arrow::default_memory_pool()), settings_(settings) {
    errors_.run([&]() -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(schema_, arrow::ImportSchema(reinterpret_cast<::ArrowSchema*>(&schema)));
      schema_ = schema_->RemoveMetadata();
      parquet::ArrowWriterProperties::Builder arrow_properties;
      if (settings.int96_timestamps)
        arrow_properties.enable_deprecated_int96_timestamps();
      else
        arrow_properties.coerce_timestamps(unit_of(settings.int64_unit))->allow_truncated_timestamps();
      ARROW_ASSIGN_OR_RAISE(writer_,
                            parquet::arrow::FileWriter::Open(*schema_, &pool_, file_, properties_of(settings, &pool_),
                                                             arrow_properties.build()));
      return writer_->NewBufferedRowGroup();
    });
    empty_bytes_ = pool_.bytes_allocated();
  }

  void write(ArrowArray& array) override {
    errors_.run([&]() -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(const auto batch,
                            arrow::ImportRecordBatch(reinterpret_cast<::ArrowArray*>(&array), schema_));
      ARROW_RETURN_NOT_OK(writer_->WriteRecordBatch(*batch));
      if (pool_.bytes_allocated() - empty_bytes_ < settings_.row_group_bytes) return arrow::Status::OK();
      return writer_->NewBufferedRowGroup();
    });
  }

  void finish() override {
    errors_.run([&] { return writer_->Close(); });
  }
  std::string& bytes() override { return file_->pending; }
  int64_t memory_bytes() const override { return pool_.bytes_allocated(); }

 private:
  ArrowErrors errors_;
  arrow::ProxyMemoryPool pool_;
  const ParquetWriteSettings settings_;
  const std::shared_ptr<Bytes> file_ = std::make_shared<Bytes>();
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t empty_bytes_ = 0;
};

}  // namespace

std::unique_ptr<ParquetWriter> create_parquet(ArrowSchema& schema, const ParquetWriteSettings& settings) {
  return std::make_unique<Writer>(schema, settings);
}

}  // namespace tidemill
