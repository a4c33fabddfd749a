#include "tests/unit/formats/decoding.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/error.h"
#include "data/pretty.h"
#include "data/value_text.h"
#include "formats/avro/avro_format.h"
#include "formats/avro/registry/confluent_format.h"
#include "formats/csv/csv_format.h"
#include "formats/json/changelog_format.h"
#include "formats/json/json_format.h"
#include "formats/parquet/parquet_format.h"
#include "formats/protobuf/protobuf_format.h"
#include "formats/raw/raw_format.h"

namespace tidemill {
namespace {

constexpr int64_t kFirstOffset = 10;

FormatRequest request_for(const TextTable& table, const Format& format) {
  FormatRequest request;
  request.table = "t";
  request.physical = parse_schema(table.schema);
  for (const std::string& column : table.columns.value_or(request.physical->names()))
    request.projection.push_back(*request.physical->index_of(column));
  request.metadata = table.metadata;
  std::vector<OptionSpec> specs = format.options();
  OptionMap written;
  for (OptionSpec& spec : specs) spec.name = table.format + "." + spec.name;
  for (const auto& [name, text] : table.options) written.emplace(table.format + "." + name, text);
  request.options = Options::parse(written, specs, "the test").under(table.format + ".");
  request.policy_written = table.errors.policy != RecordErrorPolicy::kFail;
  return request;
}

SchemaPtr projected(const FormatRequest& request, const Format& format) {
  std::vector<Field> fields;
  for (const int32_t index : request.projection) fields.push_back(request.physical->field(index));
  const std::vector<MetadataKey> keys = format.metadata_keys();
  for (const std::string& key : request.metadata)
    fields.push_back({key, std::ranges::find(keys, key, &MetadataKey::key)->type});
  return make_schema(std::move(fields));
}

void take(const DecodedRows& rows, const SchemaPtr& schema, DecodedText& out) {
  const Batch& batch = out.batches.emplace_back(schema, rows.columns, rows.num_rows, rows.kinds);
  for (int32_t row = 0; row < rows.num_rows; ++row) {
    std::string text = std::to_string(rows.line(row)) + ": ";
    append_row_text(text, batch, row);
    out.rows.push_back(std::move(text));
  }
}

std::vector<std::string> letters_in(FileSystem& files, const std::string& directory) {
  std::vector<std::string> letters;
  if (directory.empty() || !files.exists(directory)) return letters;
  for (const FileInfo& info : files.list(directory)) {
    std::string text(static_cast<size_t>(info.size_bytes), '\0');
    files.open_read(info.path)->read_at(0, text);
    for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
      letters.push_back(text.substr(begin, end - begin));
  }
  return letters;
}

void write_files(const TextTable& table, FileSystem& files) {
  for (const auto& [path, bytes] : table.files) files.open_write(path)->append(bytes);
}

// Feeds one decoder in the steps asked for, and notes what it gives.
class Decoding {
 public:
  Decoding(const TextTable& table, std::string_view text, const DecodeSteps& steps)
      : table_(table),
        text_(text),
        steps_(steps),
        random_(steps.seed),
        environment_(1),
        errors_(table.errors, "t", environment_.get(), {}),
        told_(steps.from) {}

  DecodedText run() {
    try {
      decode();
    } catch (const UserError& error) {
      out_.error = std::string(error.what()) + " | " + error.hint();
    }
    errors_.flush();
    out_.letters = letters_in(environment_.files(), table_.errors.dead_letter_path);
    out_.errors_counted = errors_.count();
    return std::move(out_);
  }

 private:
  // Returns `most`, or with a seed a number from 1 to it.
  size_t drawn(size_t most) { return steps_.seed == 0 ? most : 1 + random_.below(most); }

  void decode() {
    const auto format = make_format(table_.format);
    const FormatRequest request = request_for(table_, *format);
    const SchemaPtr schema = projected(request, *format);
    const auto decoding = format->make_decoding(request);
    const auto decoder = decoding->make_decoder("in", steps_.from, errors_);
    auto offset = static_cast<size_t>(steps_.from.byte_offset);
    bool ended = false;
    auto max_rows = static_cast<int32_t>(drawn(static_cast<size_t>(steps_.max_rows)));
    for (;;) {
      const bool flush = steps_.seed != 0 && random_.below(4) == 0;
      const std::optional<DecodedRows> rows = decoder->next(max_rows, flush);
      if (rows) {
        take(*rows, schema, out_);
        max_rows = static_cast<int32_t>(drawn(static_cast<size_t>(steps_.max_rows)));
      }
      note_point(decoder->position(), rows.has_value());
      if (rows) continue;
      if (ended) return;
      if (offset == text_.size()) {
        decoder->end_input();
        ended = true;
        continue;
      }
      const size_t bytes = std::min(drawn(steps_.chunk_bytes), text_.size() - offset);
      const std::span<char> room = decoder->room(bytes);
      std::memcpy(room.data(), text_.data() + offset, bytes);
      decoder->filled(bytes);
      offset += bytes;
    }
  }

  // While rows wait for more input the decoder tells the position it told before, and records left out since then
  // belong behind it.
  void note_point(const DecoderPosition& position, bool behind_rows) {
    if (!behind_rows && position == told_) return;
    told_ = position;
    errors_.flush();
    out_.points.push_back({position, out_.rows.size(), errors_.count(), behind_rows});
  }

  const TextTable& table_;
  const std::string_view text_;
  const DecodeSteps& steps_;
  SeededRandom random_;
  SimulatedEnvironment environment_;
  RecordErrors errors_;
  DecoderPosition told_;
  DecodedText out_;
};

}  // namespace

std::unique_ptr<const Format> make_format(const std::string& name) {
  for (std::unique_ptr<const Format>& format : make_changelog_json_formats())
    if (format->name() == name) return std::move(format);
  if (name == "raw") return make_raw_format();
  if (name == "protobuf") return make_protobuf_format();
  if (name == "parquet") return make_parquet_format();
  for (std::unique_ptr<const Format>& format : make_confluent_formats())
    if (format->name() == name) return std::move(format);
  if (name == "avro") return make_avro_format();
  return name == "json" ? make_json_format() : make_csv_format();
}

std::string DecodedText::text() const {
  std::string out;
  for (const std::string& row : rows) out += row.substr(row.find(": ") + 2) + "\n";
  if (!error.empty()) out += "error: " + error + "\n";
  return out;
}

std::vector<DecodePoint> DecodedText::points_behind_rows() const {
  std::vector<DecodePoint> behind;
  std::copy_if(points.begin(), points.end(), std::back_inserter(behind),
               [](const DecodePoint& point) { return point.behind_rows; });
  return behind;
}

DecodedText decode_text(const TextTable& table, std::string_view text, const DecodeSteps& steps) {
  return Decoding(table, text, steps).run();
}

DecodedText decode_messages(const TextTable& table, const std::vector<std::optional<std::string>>& messages,
                            int32_t max_rows, SimulatedEnvironment* world) {
  SimulatedEnvironment own(1);
  SimulatedEnvironment& environment = world != nullptr ? *world : own;
  write_files(table, environment.files());
  RecordErrors errors(table.errors, "t", environment.get(), {}, "offset");
  DecodedText out;
  try {
    const auto format = make_format(table.format);
    FormatRequest request = request_for(table, *format);
    request.messages = true;
    const auto decoding = format->make_decoding(request);
    const auto decoder = decoding->make_record_decoder(environment.get(), errors);
    std::vector<Record> records;
    for (const std::optional<std::string>& message : messages)
      records.push_back({message ? std::string_view(*message) : std::string_view(), !message.has_value(),
                         kFirstOffset + static_cast<int64_t>(records.size())});
    while (const std::function<void()> wanted = decoder->wanted(records)) wanted();
    decoder->begin("topic-0", records);
    while (const std::optional<DecodedRows> rows = decoder->next(max_rows))
      take(*rows, projected(request, *format), out);
  } catch (const UserError& error) {
    out.error = std::string(error.what()) + " | " + error.hint();
  }
  errors.flush();
  out.letters = letters_in(environment.files(), table.errors.dead_letter_path);
  out.errors_counted = errors.count();
  return out;
}

std::vector<std::string> encode_messages(const TextTable& table, const std::string& pretty_rows,
                                         SimulatedEnvironment* world, const std::string& subject) {
  return encode_messages(table, parse_batch(parse_schema(table.schema), pretty_rows), world, subject);
}

std::vector<std::string> encode_messages(const TextTable& table, const Batch& batch, SimulatedEnvironment* world,
                                         const std::string& subject) {
  SimulatedEnvironment own(1);
  SimulatedEnvironment& environment = world != nullptr ? *world : own;
  write_files(table, environment.files());
  const auto format = make_format(table.format);
  FormatRequest request = request_for(table, *format);
  request.messages = true;
  request.subject = subject;
  const auto encoder = format->make_encoding(request)->make_record_encoder(environment.get());
  while (const std::function<void()> wanted = encoder->wanted()) wanted();
  encoder->begin(batch);
  std::vector<std::string> messages(static_cast<size_t>(batch.num_rows()));
  for (int32_t row = 0; row < batch.num_rows(); ++row) encoder->append(row, messages[static_cast<size_t>(row)]);
  return messages;
}

std::string encode_batches(const TextTable& table, const std::vector<Batch>& batches) {
  const auto format = make_format(table.format);
  const auto encoding = format->make_encoding(request_for(table, *format));
  const auto encoder = encoding->make_encoder();
  std::string out;
  encoder->begin_file(out);
  for (const Batch& batch : batches) encoder->encode(batch, out);
  encoder->end_file(out);
  return out;
}

std::string encode_text(const TextTable& table, const std::string& pretty_rows) {
  return encode_batches(table, {parse_batch(parse_schema(table.schema), pretty_rows)});
}

}  // namespace tidemill
