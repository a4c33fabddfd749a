#include "formats/parquet/parquet_encoder.h"

#include "base/check.h"
#include "data/arrow_export.h"

namespace tidemill {
namespace {

// Arrow's schema of a batch is that of its columns, whichever rows it has.
Batch no_rows(const SchemaPtr& schema) {
  std::vector<ColumnPtr> columns;
  for (const Field& field : schema->fields()) columns.push_back(ColumnBuilder(field.type).finish());
  return {schema, std::move(columns), 0};
}

}  // namespace

void ParquetEncoder::begin_file(std::string& out) {
  ArrowSchema schema{};
  ArrowArray array{};
  export_arrow(no_rows(schema_), {}, schema, array);
  array.release(&array);
  writer_ = library_.create(schema, settings_);
  hand_over(out);
}

void ParquetEncoder::encode(const Batch& batch, std::string& out) {
  CHECK(writer_ != nullptr);
  ArrowSchema schema{};
  ArrowArray array{};
  export_arrow(batch.with_columns(schema_, batch.columns()), {}, schema, array);
  schema.release(&schema);
  writer_->write(array);
  hand_over(out);
}

void ParquetEncoder::end_file(std::string& out) {
  CHECK(writer_ != nullptr);
  writer_->finish();
  hand_over(out);
  writer_ = nullptr;
}

void ParquetEncoder::hand_over(std::string& out) {
  out += writer_->bytes();
  writer_->bytes().clear();
}

}  // namespace tidemill
