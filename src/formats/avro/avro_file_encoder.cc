#include "formats/avro/avro_file_encoder.h"

#include <cstring>

#include "base/hash.h"

namespace tidemill {
namespace {

constexpr size_t kBlockBytes = 64000;  // as Avro's own writers begin a new one

AvroSync sync_of(std::string_view schema, AvroCodec codec) {
  const uint64_t hash = hash_combine(hash_bytes(schema.data(), schema.size()), static_cast<uint64_t>(codec));
  const uint64_t halves[] = {hash, hash_integer(hash)};
  AvroSync sync;
  std::memcpy(sync.data(), halves, sizeof(halves));
  return sync;
}

}  // namespace

AvroFileEncoder::AvroFileEncoder(AvroSchemaPtr schema, const Schema& columns, std::string_view table, AvroCodec codec)
    : header_{schema->json(), codec, sync_of(schema->json(), codec)}, writer_(schema, schema->root(), columns, table) {}

void AvroFileEncoder::begin_file(std::string& out) {
  block_.clear();
  records_ = 0;
  append_avro_header(header_, out);
}

void AvroFileEncoder::encode(const Batch& batch, std::string& out) {
  writer_.begin(batch);
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    writer_.append(row, block_);
    ++records_;
    if (block_.size() >= kBlockBytes) end_block(out);
  }
}

void AvroFileEncoder::end_file(std::string& out) { end_block(out); }

void AvroFileEncoder::end_block(std::string& out) {
  if (records_ == 0) return;
  std::string compressed;
  compress_avro_block(header_.codec, block_, compressed);
  put_avro_long(out, records_);
  put_avro_sized(out, compressed);
  out.append(header_.sync.data(), header_.sync.size());
  block_.clear();
  records_ = 0;
}

}  // namespace tidemill
