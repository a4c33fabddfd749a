// tests/fuzz/avro_fuzz.cc - any bytes as a container file of Avro, as a schema with records of it, and as JSON. Rule:
// format_oracle.h for files; a row that is read holds valid values; JSON that is read is written as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "data/nested.h"
#include "data/pretty.h"
#include "data/utf8.h"
#include "formats/avro/avro_json.h"
#include "formats/avro/avro_messages.h"
#include "formats/avro/avro_table_schema.h"
#include "tests/fuzz/format_oracle.h"

namespace tidemill {
namespace {

constexpr std::string_view kColumns[] = {
    "a INT, b STRING",
    "a BOOLEAN NOT NULL, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(10, 3), i DECIMAL(38, "
    "12), "
    "j STRING, k BYTES, l DATE, m TIME(3), n TIMESTAMP(3)",
    "a ARRAY<INT>, b MAP<STRING, BIGINT>, c MULTISET<STRING>, d ROW<x INT, y ARRAY<ROW<z STRING>>>",
};

class NoErrors final : public RecordErrorTarget {
 public:
  void reject(std::string_view, const RecordError&) override {}
  void ignore_value() override {}
  void ignore_record() override {}
};

class OneWriter final : public WriterSchemas {
 public:
  explicit OneWriter(AvroSchemaPtr schema) : schema_{1, std::move(schema), "the schema"} {}
  const WriterSchema* take(std::string_view&, std::string&) override { return &schema_; }

 private:
  const WriterSchema schema_;
};

void check_values(const DecodedRows& rows) {
  for (const ColumnPtr& column : rows.columns) {
    for (int32_t row = 0; row < rows.num_rows; ++row) {
      if (column->is_null(row)) continue;
      if (column->type().is_nested()) CHECK(is_valid_nested(column->type(), column->text(row)));
      if (column->type().is_character()) CHECK(is_valid_utf8(column->text(row)));
    }
  }
}

// The schema ends at the first byte 0; records of it follow.
void read_records(std::string_view columns, std::string_view input) {
  const size_t end = std::min(input.find('\0'), input.size());
  const std::string_view bytes = end == input.size() ? std::string_view() : input.substr(end + 1);
  const AvroSchemaPtr writer = AvroSchema::parse(input.substr(0, end), "of the test");
  const SchemaPtr schema = parse_schema(columns);
  AvroSettings settings;
  settings.table = "t";
  settings.reader = AvroSchema::parse(avro_schema_of(schema->fields(), "t", {}), "of the table");
  for (const Field& field : schema->fields()) {
    settings.columns.push_back({field.name, field.type, static_cast<int32_t>(settings.columns.size())});
    settings.types.push_back(field.type);
  }
  NoErrors errors;
  AvroRecordDecoder decoder(settings, std::make_unique<OneWriter>(writer), errors);
  const Record records[] = {{bytes, false, 0}, {bytes.substr(bytes.size() / 2), false, 1}};
  decoder.begin("in", records);
  while (const std::optional<DecodedRows> rows = decoder.next(1)) check_values(*rows);
}

// The schema ends at the first byte 0; JSON of it follows.
void read_json(std::string_view input) {
  const size_t end = std::min(input.find('\0'), input.size());
  const std::string_view json = end == input.size() ? std::string_view() : input.substr(end + 1);
  const AvroSchemaPtr schema = AvroSchema::parse(input.substr(0, end), "of the test");
  std::string bytes, again, bytes_again;
  if (!append_avro_of_json(schema->root(), json, bytes).empty()) return;
  AvroCursor cursor(bytes);
  append_json_of_avro(schema->root(), cursor, again);
  CHECK_EQ(cursor.left(), 0U);
  const std::string complaint = append_avro_of_json(schema->root(), again, bytes_again);
  CHECK_MSG(complaint.empty() && bytes == bytes_again, "{} became {}: {}", json, again, complaint);
}

}  // namespace
}  // namespace tidemill

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemill;
  FuzzChoices choices(data, size);
  const size_t mode = choices.below(3);
  const std::string_view columns = kColumns[choices.below(std::size(kColumns))];
  try {
    if (mode == 1) {
      read_records(columns, choices.rest());
    } else if (mode == 2) {
      read_json(choices.rest());
    } else {
      FormatFuzzCase fuzzed;
      fuzzed.table = {"avro", std::string(columns)};
      fuzzed.table.errors = {RecordErrorPolicy::kDeadLetter, "letters"};
      fuzzed.seed = choices.seed();
      fuzzed.text = choices.rest();
      expect_same_however_read(fuzzed);
    }
  } catch (const UserError&) {  // a schema that is none
  }
  return 0;
}
