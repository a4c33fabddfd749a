#include "tests/unit/formats/decoding.h"

#include <cstring>

#include "base/error.h"
#include "data/pretty.h"
#include "data/value_text.h"
#include "env/simulated/simulated_environment.h"
#include "formats/csv/csv_format.h"
#include "formats/json/json_format.h"

namespace tidemill {
namespace {

FormatRequest request_for(const TextTable& table, const Format& format) {
  FormatRequest request;
  request.table = "t";
  request.physical = parse_schema(table.schema);
  for (const std::string& column : table.columns.value_or(request.physical->names()))
    request.projection.push_back(*request.physical->index_of(column));
  std::vector<OptionSpec> specs = format.options();
  OptionMap written;
  for (OptionSpec& spec : specs) spec.name = table.format + "." + spec.name;
  for (const auto& [name, text] : table.options) written.emplace(table.format + "." + name, text);
  request.options = Options::parse(written, specs, "the test").under(table.format + ".");
  request.policy_written = table.errors.policy != RecordErrorPolicy::kFail;
  return request;
}

SchemaPtr projected(const FormatRequest& request) {
  std::vector<Field> fields;
  for (const int32_t index : request.projection) fields.push_back(request.physical->field(index));
  return make_schema(std::move(fields));
}

void take(const DecodedRows& rows, const SchemaPtr& schema, DecodedText& out) {
  const Batch batch(schema, rows.columns, rows.num_rows);
  for (int32_t row = 0; row < rows.num_rows; ++row) {
    const int64_t line = rows.lines ? (*rows.lines)[static_cast<size_t>(row)] : rows.first_line + row;
    std::string text = std::to_string(line) + ": ";
    append_row_text(text, batch, row);
    out.rows.push_back(std::move(text));
  }
}

}  // namespace

std::unique_ptr<const Format> make_format(const std::string& name) {
  return name == "json" ? make_json_format() : make_csv_format();
}

std::string DecodedText::text() const {
  std::string out;
  for (const std::string& row : rows) out += row.substr(row.find(": ") + 2) + "\n";
  if (!error.empty()) out += "error: " + error + "\n";
  return out;
}

DecodedText decode_text(const TextTable& table, const std::string& text, const DecodeSteps& steps) {
  DecodedText out;
  SimulatedEnvironment environment(1);
  const auto format = make_format(table.format);
  RecordErrors errors(table.errors, "t", environment.get(), {});
  try {
    const FormatRequest request = request_for(table, *format);
    const auto decoding = format->make_decoding(request);
    const auto decoder = decoding->make_decoder("in", steps.from, errors);
    auto offset = static_cast<size_t>(steps.from.byte_offset);
    bool ended = false;
    for (;;) {
      const std::optional<DecodedRows> rows = decoder->next(steps.max_rows, false);
      if (rows) {
        take(*rows, projected(request), out);
        out.positions.push_back(decoder->position());
        out.row_counts.push_back(out.rows.size());
      } else if (ended) {
        break;
      } else if (offset == text.size()) {
        decoder->end_input();
        ended = true;
      } else {
        const std::span<char> room = decoder->room(steps.chunk_bytes);
        const size_t bytes = std::min(steps.chunk_bytes, text.size() - offset);
        std::memcpy(room.data(), text.data() + offset, bytes);
        decoder->filled(bytes);
        offset += bytes;
      }
    }
  } catch (const UserError& error) {
    out.error = std::string(error.what()) + " | " + error.hint();
  }
  out.errors_counted = errors.count();
  return out;
}

std::string encode_text(const TextTable& table, const std::string& pretty_rows) {
  const auto format = make_format(table.format);
  const FormatRequest request = request_for(table, *format);
  const auto encoder = format->make_encoding(request)->make_encoder();
  std::string out;
  encoder->begin_file(out);
  encoder->encode(parse_batch(request.physical, pretty_rows), out);
  return out;
}

}  // namespace tidemill
