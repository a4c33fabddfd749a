#include "formats/parquet/library/reader.h"

#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/statistics.h>

#include "formats/parquet/library/arrow_status.h"

namespace tidemill {
namespace {

// A file of the engine's as one of Arrow's.
class EngineFile final : public arrow::io::RandomAccessFile {
 public:
  EngineFile(std::shared_ptr<ReadableFile> file, std::shared_ptr<ArrowErrors> errors, arrow::MemoryPool* pool)
      : file_(std::move(file)), errors_(std::move(errors)), pool_(pool) {
    set_mode(arrow::io::FileMode::READ);
  }

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return file_->size_bytes(); }

  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    int64_t read = 0;
    try {
      while (read < bytes) {
        const std::span<char> room(static_cast<char*>(out) + read, static_cast<size_t>(bytes - read));
        const size_t more = file_->read_at(position + read, room);
        if (more == 0) break;
        read += static_cast<int64_t>(more);
      }
    } catch (...) {
      errors_->file_error() = std::current_exception();
      return arrow::Status::IOError("the file system failed");
    }
    return read;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override {
    // A damaged file may ask for more than there is.
    const int64_t there = std::max<int64_t>(0, std::min(bytes, file_->size_bytes() - position));
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(there, pool_));
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position, there, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(read));
    return buffer;
  }
  arrow::Result<int64_t> Read(int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position_, bytes, out));
    position_ += read;
    return read;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
    position_ += buffer->size();
    return buffer;
  }

 private:
  const std::shared_ptr<ReadableFile> file_;
  const std::shared_ptr<ArrowErrors> errors_;
  arrow::MemoryPool* const pool_;
  int64_t position_ = 0;
  bool closed_ = false;
};

class Rows final : public ParquetRows {
 public:
  Rows(std::unique_ptr<arrow::RecordBatchReader> rows, std::shared_ptr<ArrowErrors> errors,
       const arrow::MemoryPool& pool)
      : rows_(std::move(rows)), errors_(std::move(errors)), pool_(pool) {}

  bool next(ArrowArray& out) override {
    bool more = false;
    errors_->run([&]() -> arrow::Status {
      std::shared_ptr<arrow::RecordBatch> batch;
      ARROW_RETURN_NOT_OK(rows_->ReadNext(&batch));
      if (!batch) return arrow::Status::OK();
      more = true;
      ARROW_RETURN_NOT_OK(batch->ValidateFull());  // a damaged file must not lead beyond its arrays
      return arrow::ExportRecordBatch(*batch, reinterpret_cast<::ArrowArray*>(&out));
    });
    return more;
  }
  int64_t memory_bytes() const override { return pool_.bytes_allocated(); }

 private:
  const std::unique_ptr<arrow::RecordBatchReader> rows_;
  const std::shared_ptr<ArrowErrors> errors_;
  const arrow::MemoryPool& pool_;
};

void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const parquet::arrow::SchemaField& child : field.children) add_leaves(child, leaves);
}

template <class Type>
void take_integers(const parquet::Statistics& statistics, ParquetRange& range) {
  const auto& typed = static_cast<const parquet::TypedStatistics<Type>&>(statistics);
  range.kind = ParquetRange::Kind::kIntegers;
  range.integer_min = typed.min();
  range.integer_max = typed.max();
}

template <class Type>
void take_floats(const parquet::Statistics& statistics, ParquetRange& range) {
  const auto& typed = static_cast<const parquet::TypedStatistics<Type>&>(statistics);
  range.kind = ParquetRange::Kind::kFloats;
  range.float_min = typed.min();
  range.float_max = typed.max();
}

class Reader final : public ParquetReader {
 public:
  Reader(std::shared_ptr<ReadableFile> file, const std::string& name, const ParquetReadSettings& settings)
      : errors_(std::make_shared<ArrowErrors>("Parquet file '" + name + "' cannot be read")),
        pool_(arrow::default_memory_pool()) {
    errors_->run([&]() -> arrow::Status {
      parquet::ReaderProperties properties(&pool_);
      properties.set_page_checksum_verification(true);
      parquet::ArrowReaderProperties arrow_properties(false);
      arrow_properties.set_pre_buffer(false);  // that would read on threads of Arrow's
      arrow_properties.set_batch_size(settings.batch_rows);
      arrow_properties.set_coerce_int96_timestamp_unit(settings.int96_nanoseconds ? arrow::TimeUnit::NANO
                                                                                  : arrow::TimeUnit::MICRO);
      auto opened = std::make_shared<EngineFile>(std::move(file), errors_, &pool_);
      parquet::arrow::FileReaderBuilder builder;
      ARROW_RETURN_NOT_OK(builder.Open(std::move(opened), properties));
      ARROW_ASSIGN_OR_RAISE(reader_, builder.memory_pool(&pool_)->properties(arrow_properties)->Build());
      return reader_->GetSchema(&schema_);
    });
  }

  void export_schema(ArrowSchema& out) const override {
    errors_->run([&] { return arrow::ExportSchema(*schema_, reinterpret_cast<::ArrowSchema*>(&out)); });
  }

  std::vector<int64_t> row_groups() const override {
    const auto metadata = reader_->parquet_reader()->metadata();
    std::vector<int64_t> rows;
    for (int i = 0; i < metadata->num_row_groups(); ++i) rows.push_back(metadata->RowGroup(i)->num_rows());
    return rows;
  }

  ParquetRange range(int32_t row_group, int32_t column) const override {
    ParquetRange range;
    std::vector<int> leaves;
    add_leaves(reader_->manifest().schema_fields[static_cast<size_t>(column)], leaves);
    if (leaves.size() != 1 || !reader_->manifest().schema_fields[static_cast<size_t>(column)].is_leaf()) return range;
    try {
      const auto metadata = reader_->parquet_reader()->metadata();
      const auto chunk = metadata->RowGroup(row_group)->ColumnChunk(leaves[0]);
      if (chunk->is_stats_set() && chunk->statistics()) take_statistics(*chunk->statistics(), range);
    } catch (const std::exception&) {
      return {};  // damaged statistics say nothing
    }
    return range;
  }

  std::unique_ptr<ParquetRows> read(int32_t row_group, std::span<const int32_t> columns) override {
    std::unique_ptr<ParquetRows> rows;
    errors_->run([&]() -> arrow::Status {
      std::vector<int> leaves;
      for (const int32_t column : columns)
        add_leaves(reader_->manifest().schema_fields[static_cast<size_t>(column)], leaves);
      ARROW_ASSIGN_OR_RAISE(auto batches, reader_->GetRecordBatchReader({row_group}, leaves));
      rows = std::make_unique<Rows>(std::move(batches), errors_, pool_);
      return arrow::Status::OK();
    });
    return rows;
  }

  int64_t memory_bytes() const override { return pool_.bytes_allocated(); }

 private:
  static void take_statistics(const parquet::Statistics& statistics, ParquetRange& range) {
    if (statistics.HasNullCount()) range.nulls = statistics.null_count();
    if (!statistics.HasMinMax()) return;
    switch (statistics.physical_type()) {
      case parquet::Type::INT32:
        return take_integers<parquet::Int32Type>(statistics, range);
      case parquet::Type::INT64:
        return take_integers<parquet::Int64Type>(statistics, range);
      case parquet::Type::BOOLEAN:
        return take_integers<parquet::BooleanType>(statistics, range);
      case parquet::Type::FLOAT:
        return take_floats<parquet::FloatType>(statistics, range);
      case parquet::Type::DOUBLE:
        return take_floats<parquet::DoubleType>(statistics, range);
      case parquet::Type::BYTE_ARRAY: {
        const auto& typed = static_cast<const parquet::TypedStatistics<parquet::ByteArrayType>&>(statistics);
        range.kind = ParquetRange::Kind::kBytes;
        range.bytes_min.assign(reinterpret_cast<const char*>(typed.min().ptr), typed.min().len);
        range.bytes_max.assign(reinterpret_cast<const char*>(typed.max().ptr), typed.max().len);
        return;
      }
      default:
        return;
    }
  }

  const std::shared_ptr<ArrowErrors> errors_;
  arrow::ProxyMemoryPool pool_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace

std::unique_ptr<ParquetReader> open_parquet(std::shared_ptr<ReadableFile> file, const std::string& name,
                                            const ParquetReadSettings& settings) {
  return std::make_unique<Reader>(std::move(file), name, settings);
}

}  // namespace tidemill
