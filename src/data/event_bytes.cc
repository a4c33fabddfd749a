// The byte form of events, version 1. Numbers are little-endian; a string or list has its length (uint64) before it.
//
//   stream    := frame*
//   frame     := uint8 version, uint8 tag, uint16 0, uint32 length of the body, body,
//                uint64 XXH3 of all of the frame before it
//   body      := by tag: 1 schema | 2 batch | 3 watermark | 4 idleness | 5 barrier | 6 end of input
//   schema    := (string name, type, uint8 time attribute) list      the n-th of the stream has number n, from 0
//   batch     := uint32 schema number, int32 rows (at most 2^20), uint8 flags, [kinds], [progress], [origin],
//                column a field of the schema
//                flags: 1 kinds, 2 progress, 4 w(i) a row, 8 origin, 16 an offset a row,
//                       32 merged: w counts up to the other splits' watermark only
//   kinds     := uint8 a row: 0 +I, 1 -U, 2 +U, 3 -D
//   progress  := int64 other splits' watermark, int64 w | int64 w a row
//   origin    := string split, int64 offset of the first row | int64 offset a row
//   watermark := int64 milliseconds
//   idleness  := uint8 idle
//   barrier   := int64 id, uint8 kind: 0 publish, 1 checkpoint, 2 savepoint, 3 final
//   type, column: column_bytes.cc
#include "data/event_bytes.h"

#include <limits>

#include "base/byte_stream.h"
#include "base/error.h"
#include "base/hash.h"
#include "data/column_bytes.h"

namespace tidemill {
namespace {

// Frozen.
enum class Tag : uint8_t { kSchema = 1, kBatch, kWatermark, kIdleness, kBarrier, kEndOfInput };
enum BatchFlag : uint8_t {
  kHasKinds = 1,
  kHasProgress = 2,
  kHasRowWatermarks = 4,
  kHasOrigin = 8,
  kHasRowOffsets = 16,
  kIsMerged = 32,
  kAllFlags = 63,
};

constexpr size_t kFrameHeadBytes = 8;
constexpr int32_t kRowsMax =
    1 << 20;  // constant columns let a few bytes claim any number of rows; batches are far smaller
constexpr size_t kChecksumBytes = sizeof(uint64_t);

[[noreturn]] void throw_damaged_events(const std::string& name, uint64_t offset, std::string_view what) {
  throw UserError(fmt::format("Events are damaged: {}, in {} at byte {}", what, name, offset),
                  "Read them from an intact copy, or have them written again.");
}

void append_frame(Tag tag, const ByteWriter& body, std::string& out) {
  const size_t size = body.bytes().size();
  if (size > std::numeric_limits<uint32_t>::max())
    throw UserError(fmt::format("One batch of rows takes {} bytes, at most 4 GiB can be written at once", size),
                    "Make the values of its columns smaller.");
  ByteWriter frame;
  frame.put(kEventBytesVersion);
  frame.put(tag);
  frame.put(uint16_t{0});
  frame.put(static_cast<uint32_t>(size));
  frame.put_bytes(body.bytes().data(), size);
  frame.put(hash_bytes(frame.bytes().data(), frame.bytes().size()));
  out += frame.bytes();
}

ByteWriter schema_body(const Schema& schema) {
  ByteWriter body;
  body.put(static_cast<uint64_t>(schema.fields().size()));
  for (const Field& field : schema.fields()) {
    body.put_string(field.name);
    write_type(field.type, body);
    body.put(field.time);
  }
  return body;
}

SchemaPtr read_schema(ByteReader& in) {
  std::vector<Field> fields;
  for (uint64_t count = in.get_count(); count > 0; --count) {
    Field& field = fields.emplace_back();
    field.name = in.get_string();
    field.type = read_type(in);
    field.time = in.get_enum(TimeAttribute::kProctime);
  }
  return make_schema(std::move(fields));
}

uint8_t flags_of(const Batch& batch) {
  const RowProgress& progress = batch.progress();
  const RowOrigin& origin = batch.origin();
  return static_cast<uint8_t>((batch.append_only() ? 0 : kHasKinds) | (progress.from_split ? kHasProgress : 0) |
                              (progress.from_split && progress.watermarks ? kHasRowWatermarks : 0) |
                              (progress.from_split && progress.merged ? kIsMerged : 0) |
                              (origin.split ? kHasOrigin : 0) | (origin.split && origin.offsets ? kHasRowOffsets : 0));
}

ByteWriter batch_body(const Batch& batch, uint32_t schema) {
  ByteWriter body;
  const uint8_t flags = flags_of(batch);
  CHECK_MSG(batch.num_rows() <= kRowsMax, "a batch of {} rows", batch.num_rows());
  body.put(schema);
  body.put(batch.num_rows());
  body.put(flags);
  for (const RowKind kind : batch.kinds()) body.put(kind);
  const auto put_all = [&](const std::vector<int64_t>& values) {
    body.put_bytes(values.data(), values.size() * sizeof(int64_t));
  };
  const RowProgress& progress = batch.progress();
  if (flags & kHasProgress) body.put(progress.other_splits);
  if (flags & kHasRowWatermarks) {
    CHECK_EQ(progress.watermarks->size(), static_cast<size_t>(batch.num_rows()));
    put_all(*progress.watermarks);
  } else if (flags & kHasProgress) {
    body.put(progress.watermark);
  }
  const RowOrigin& origin = batch.origin();
  if (flags & kHasOrigin) body.put_string(*origin.split);
  if (flags & kHasRowOffsets) {
    CHECK_EQ(origin.offsets->size(), static_cast<size_t>(batch.num_rows()));
    put_all(*origin.offsets);
  } else if (flags & kHasOrigin) {
    body.put(origin.first_offset);
  }
  for (const ColumnPtr& column : batch.columns()) write_column(*column, body);
  return body;
}

std::shared_ptr<const std::vector<int64_t>> read_all(int32_t count, ByteReader& in) {
  const std::string_view bytes = in.get_bytes(static_cast<uint64_t>(count) * sizeof(int64_t));
  auto values = std::make_shared<std::vector<int64_t>>(static_cast<size_t>(count));
  if (count > 0) std::memcpy(values->data(), bytes.data(), bytes.size());
  return values;
}

// What stands before the columns of a batch.
struct BatchHead {
  std::vector<RowKind> kinds;
  RowProgress progress;
  RowOrigin origin;
};

BatchHead read_batch_head(int32_t rows, ByteReader& in) {
  const auto flags = in.get<uint8_t>();
  if ((flags & ~kAllFlags) != 0) in.fail("a flag is unknown");
  if ((flags & (kHasRowWatermarks | kIsMerged)) != 0 && (flags & kHasProgress) == 0)
    in.fail("flags contradict each other");
  if ((flags & kHasRowOffsets) != 0 && (flags & kHasOrigin) == 0) in.fail("flags contradict each other");
  BatchHead head;
  if (flags & kHasKinds) {
    const std::string_view kinds = in.get_bytes(static_cast<uint64_t>(rows));
    for (const char kind : kinds) {
      if (static_cast<uint8_t>(kind) > static_cast<uint8_t>(RowKind::kDelete)) in.fail("a kind is unknown");
      head.kinds.push_back(static_cast<RowKind>(kind));
    }
  }
  head.progress.from_split = (flags & kHasProgress) != 0;
  head.progress.merged = (flags & kIsMerged) != 0;
  if (head.progress.from_split) head.progress.other_splits = in.get<int64_t>();
  if (flags & kHasRowWatermarks) {
    head.progress.watermarks = read_all(rows, in);
  } else if (flags & kHasProgress) {
    head.progress.watermark = in.get<int64_t>();
  }
  if (flags & kHasOrigin) head.origin.split = std::make_shared<const std::string>(in.get_string());
  if (flags & kHasRowOffsets) {
    head.origin.offsets = read_all(rows, in);
  } else if (flags & kHasOrigin) {
    head.origin.first_offset = in.get<int64_t>();
  }
  return head;
}

Batch read_batch(const std::vector<SchemaPtr>& schemas, ByteReader& in) {
  const auto number = in.get<uint32_t>();
  if (number >= schemas.size()) in.fail("a batch has a schema that was not written before it");
  const SchemaPtr& schema = schemas[number];
  const auto rows = in.get<int32_t>();
  if (rows < 0 || rows > kRowsMax) in.fail("a count is out of range");
  BatchHead head = read_batch_head(rows, in);
  std::vector<ColumnPtr> columns;
  for (const Field& field : schema->fields()) {
    columns.push_back(read_column(rows, in));
    if (columns.back()->type().physical() != field.type.physical()) in.fail("a column is not of its schema's type");
  }
  Batch batch(schema, std::move(columns), rows, std::move(head.kinds));
  batch.set_progress(std::move(head.progress));
  batch.set_origin(std::move(head.origin));
  return batch;
}

Event read_event(Tag tag, const std::vector<SchemaPtr>& schemas, ByteReader& in) {
  switch (tag) {
    case Tag::kBatch:
      return read_batch(schemas, in);
    case Tag::kWatermark:
      return Watermark{in.get<int64_t>()};
    case Tag::kIdleness: {
      const auto idle = in.get<uint8_t>();
      if (idle > 1) in.fail("a flag is neither 0 nor 1");
      return Idleness{idle != 0};
    }
    case Tag::kBarrier: {
      const auto id = in.get<int64_t>();
      return Barrier{id, in.get_enum(BarrierKind::kFinal)};
    }
    case Tag::kEndOfInput:
      return EndOfInput{};
    case Tag::kSchema:
      break;
  }
  in.fail("a kind of event is unknown");
}

}  // namespace

uint32_t EventWriter::schema_number(const SchemaPtr& schema, std::string& out) {
  // The last one first: a stream seldom has more than one or two, and mostly by the same pointer.
  for (size_t i = schemas_.size(); i-- > 0;)
    if (schemas_[i] == schema || *schemas_[i] == *schema) return static_cast<uint32_t>(i);
  append_frame(Tag::kSchema, schema_body(*schema), out);
  schemas_.push_back(schema);
  return static_cast<uint32_t>(schemas_.size() - 1);
}

void EventWriter::write(const Event& event, std::string& out) {
  ByteWriter body;
  if (const auto* batch = std::get_if<Batch>(&event)) {
    const uint32_t number = schema_number(batch->schema(), out);
    append_frame(Tag::kBatch, batch_body(*batch, number), out);
  } else if (const auto* watermark = std::get_if<Watermark>(&event)) {
    body.put(watermark->time);
    append_frame(Tag::kWatermark, body, out);
  } else if (const auto* idleness = std::get_if<Idleness>(&event)) {
    body.put(static_cast<uint8_t>(idleness->idle));
    append_frame(Tag::kIdleness, body, out);
  } else if (const auto* barrier = std::get_if<Barrier>(&event)) {
    body.put(barrier->id);
    body.put(barrier->kind);
    append_frame(Tag::kBarrier, body, out);
  } else {
    append_frame(Tag::kEndOfInput, body, out);
  }
}

std::optional<uint64_t> EventReader::frame_bytes(std::string_view bytes) {
  if (bytes.size() < kFrameHeadBytes) return std::nullopt;
  uint32_t body;
  std::memcpy(&body, bytes.data() + 4, sizeof(body));
  return kFrameHeadBytes + body + kChecksumBytes;
}

std::optional<Event> EventReader::next(std::string_view& bytes) {
  while (!bytes.empty()) {
    // The version comes first: of a newer one nothing else may be believed.
    if (const auto version = static_cast<uint8_t>(bytes[0]); version != kEventBytesVersion)
      throw UserError(fmt::format("Events in {} are of version {} at byte {}, this program knows version {}", name_,
                                  version, offset_, kEventBytesVersion),
                      "Read them with the program that wrote them, or have them written again by this one.");
    const std::optional<uint64_t> size = frame_bytes(bytes);
    if (!size || *size > bytes.size()) throw_damaged_events(name_, offset_ + bytes.size(), "it ends too early");
    const std::string_view frame = bytes.substr(0, *size);
    uint64_t checksum;
    std::memcpy(&checksum, frame.data() + frame.size() - kChecksumBytes, kChecksumBytes);
    if (checksum != hash_bytes(frame.data(), frame.size() - kChecksumBytes))
      throw_damaged_events(name_, offset_, "the checksum is wrong");
    ByteReader in(name_, offset_ + kFrameHeadBytes,
                  frame.substr(kFrameHeadBytes, frame.size() - kFrameHeadBytes - kChecksumBytes), throw_damaged_events);
    const auto tag = static_cast<Tag>(frame[1]);
    std::optional<Event> event;
    if (tag == Tag::kSchema) {
      schemas_.push_back(read_schema(in));
    } else {
      event = read_event(tag, schemas_, in);
    }
    if (!in.at_end()) in.fail("bytes follow the end of an event");
    bytes.remove_prefix(frame.size());
    offset_ += frame.size();
    if (event) return event;
  }
  return std::nullopt;
}

}  // namespace tidemill
