// tests/unit/formats/parquet_test.cc - the format 'parquet' against itself: rows, positions, what is left out. Rule:
// what Arrow's own library writes and reads is tests/integration/parquet/; this skips where the library is not built.
#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "data/pretty.h"
#include "data/value_text.h"
#include "env/real/real_shared_libraries.h"
#include "env/simulated/simulated_environment.h"
#include "formats/parquet/parquet_decoder.h"
#include "formats/parquet/parquet_loading.h"
#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

using Rows = std::vector<std::string>;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

class Memory final : public ReadableFile {
 public:
  explicit Memory(std::string bytes) : bytes_(std::move(bytes)) {}
  int64_t size_bytes() const override { return static_cast<int64_t>(bytes_.size()); }
  size_t read_at(int64_t offset, std::span<char> buffer) override {
    if (failing) throw TransientError("the disk is gone");
    const auto at = std::min(static_cast<size_t>(offset), bytes_.size());
    const size_t bytes = std::min(buffer.size(), bytes_.size() - at);
    std::memcpy(buffer.data(), bytes_.data() + at, bytes);
    bytes_read += static_cast<int64_t>(bytes);
    return bytes;
  }
  bool failing = false;
  int64_t bytes_read = 0;

 private:
  const std::string bytes_;
};

class Parquet : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.libraries().lend(libraries_);
    try {
      load_parquet(world_.get());
    } catch (const UserError& error) {
      GTEST_SKIP() << error.what();
    }
  }

  FormatRequest request(const std::string& schema, const OptionMap& options = {}) {
    FormatRequest request;
    request.table = "t";
    request.physical = parse_schema(schema);
    for (int32_t i = 0; i < request.physical->size(); ++i) request.projection.push_back(i);
    std::vector<OptionSpec> specs = format_->options();
    OptionMap written;
    for (OptionSpec& spec : specs) spec.name = "parquet." + spec.name;
    for (const auto& [name, text] : options) written.emplace("parquet." + name, text);
    request.options = Options::parse(written, specs, "the test").under("parquet.");
    return request;
  }

  std::shared_ptr<Memory> file_of(const std::string& schema, const std::vector<Batch>& batches,
                                  const OptionMap& options = {}) {
    const auto encoding = format_->make_encoding(request(schema, options));
    const auto encoder = encoding->make_file_encoder(world_.get());
    std::string bytes;
    encoder->begin_file(bytes);
    for (const Batch& batch : batches) encoder->encode(batch, bytes);
    encoder->end_file(bytes);
    return std::make_shared<Memory>(std::move(bytes));
  }
  std::shared_ptr<Memory> file_of(const std::string& schema, const std::string& rows, const OptionMap& options = {}) {
    return file_of(schema, {parse_batch(parse_schema(schema), rows)}, options);
  }
  // A file of rows 0 … rows - 1 of column n, a row group a batch.
  std::shared_ptr<Memory> numbers(int64_t rows, int64_t rows_a_group) {
    std::vector<Batch> batches;
    for (int64_t begin = 0; begin < rows; begin += rows_a_group) {
      std::string text;
      for (int64_t i = begin; i < std::min(rows, begin + rows_a_group); ++i)
        text += std::to_string(i) + " | text " + std::to_string(i) + "\n";
      batches.push_back(parse_batch(parse_schema("n BIGINT, s STRING"), text));
    }
    return file_of("n BIGINT, s STRING", batches, {{"block.size", "1"}});
  }

  // Returns the rows from a position on, each with its line, and what came before an error.
  Rows read(const FormatRequest& asked, std::shared_ptr<Memory> file, const DecoderPosition& from = {},
            int32_t max_rows = 1024) {
    Rows rows;
    positions_.clear();
    try {
      const auto decoding = format_->make_decoding(asked);
      const auto decoder = decoding->make_file_decoder(world_.get(), std::move(file), "x.parquet", from);
      std::vector<Field> fields;
      for (const int32_t index : asked.projection) fields.push_back(asked.physical->field(index));
      while (!decoder->ended()) {
        if (const auto some = decoder->next(max_rows)) {
          const Batch batch(make_schema(fields), some->columns, some->num_rows);
          for (int32_t row = 0; row < batch.num_rows(); ++row) {
            std::string text = std::to_string(some->first_line + row) + ": ";
            append_row_text(text, batch, row);
            rows.push_back(text);
          }
          positions_.emplace_back(decoder->position(), rows.size());
        } else if (const auto work = decoder->read_ahead(max_rows)) {
          work();
        }
      }
    } catch (const UserError& error) {
      rows.push_back("error: " + std::string(error.what()) + " | " + error.hint());
    }
    return rows;
  }

  SimulatedEnvironment world_{1};
  RealSharedLibraries libraries_;
  const std::unique_ptr<const Format> format_ = make_format("parquet");
  std::vector<std::pair<DecoderPosition, size_t>> positions_;  // told, and the rows by then
};

TEST_F(Parquet, EveryTypeComesBack) {
  const std::string schema =
      "a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(10, 3), i DECIMAL(38, 12), j "
      "STRING, k CHAR(3), l DATE, m TIME(3), n TIMESTAMP(3), o TIMESTAMP(6), p TIMESTAMP(9), q TIMESTAMP_LTZ(3)";
  const std::string rows =
      "TRUE | -1 | 300 | -70000 | 5000000000 | 1.5 | -0.25 | 1234567.891 | -1.000000000001 | a text of more than "
      "twelve "
      "bytes | abc | 1969-12-31 | 23:59:59.999 | 1960-01-01 00:00:00.001 | 2024-02-29 12:34:56.123456 | 2024-02-29 "
      "12:34:56.123456789 | 2024-02-29 12:34:56.123\n" +
      std::string(
          "NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | ") +
      "NULL | NULL | NULL\n";
  const Batch batch = parse_batch(parse_schema(schema), rows);
  Rows expected;
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    std::string text = std::to_string(row + 1) + ": ";
    append_row_text(text, batch, row);
    expected.push_back(text);
  }
  for (const OptionMap& options :
       {OptionMap{}, OptionMap{{"write.int64.timestamp", "true"}, {"timestamp.time.unit", "nanos"}},
        OptionMap{{"compression", "ZSTD"}, {"writer.version", "v2"}}})
    EXPECT_EQ(read(request(schema), file_of(schema, rows, options)), expected);
}

TEST_F(Parquet, NestedValuesComeBack) {
  const std::string schema =
      "a ARRAY<INT>, b MAP<STRING, ARRAY<BIGINT>>, c ROW<x INT, y ROW<z STRING>>, d MULTISET<STRING>";
  const DecodedText json = decode_text(
      {"json", schema}, R"({"a": [1, null], "b": {"k": [1], "l": null}, "c": {"x": 1, "y": {"z": "t"}}, "d": {"s": 2}})"
                        "\n{}\n"
                        R"({"a": [], "b": {}, "c": {"x": null, "y": null}, "d": {}})");
  ASSERT_EQ(json.error, "");
  EXPECT_EQ(read(request(schema), file_of(schema, json.batches)), json.rows);
}

TEST_F(Parquet, AnyPositionGoesOnWhereItWas) {
  const auto file = numbers(50, 7);
  const FormatRequest asked = request("n BIGINT, s STRING");
  const Rows whole = read(asked, file, {}, 3);
  ASSERT_EQ(whole.size(), 50U);
  EXPECT_EQ(whole[49], "50: +I[49, text 49]");
  const auto positions = positions_;
  EXPECT_GT(positions.size(), 16U);
  for (const auto& [position, rows] : positions) {
    const DecoderPosition saved = DecoderPosition::parse(position.to_string());
    EXPECT_EQ(read(asked, file, saved, 5), Rows(whole.begin() + static_cast<int64_t>(rows), whole.end()));
  }
}

TEST_F(Parquet, ColumnsThatNobodyWantsAreNotRead) {
  std::string rows;
  for (int i = 0; i < 5'000; ++i)
    rows += std::to_string(i) + " | " + std::string(100, static_cast<char>('a' + i % 26)) + std::to_string(i) + "\n";
  const auto file = file_of("n BIGINT, s STRING", rows, {{"compression", "UNCOMPRESSED"}});
  FormatRequest asked = request("n BIGINT, s STRING");
  asked.projection = {0};
  EXPECT_EQ(read(asked, file).size(), 5'000U);
  const int64_t one = std::exchange(file->bytes_read, 0);
  EXPECT_EQ(read(request("n BIGINT, s STRING"), file).size(), 5'000U);
  EXPECT_LT(one * 2, file->bytes_read);
  asked.projection = {};
  EXPECT_EQ(read(asked, file).size(), 5'000U);
}

TEST_F(Parquet, MissingColumnsAreNull) {
  const auto file = file_of("a INT", "1\n2");
  EXPECT_EQ(read(request("b STRING, a INT"), file), (Rows{"1: +I[null, 1]", "2: +I[null, 2]"}));
  EXPECT_EQ(read(request("b STRING"), file), (Rows{"1: +I[null]", "2: +I[null]"}));
  EXPECT_TRUE(
      has(read(request("b STRING NOT NULL"), file).back(), "column 'b' is NOT NULL, but x.parquet does not have it"));
}

TEST_F(Parquet, WhatDoesNotFitIsNamed) {
  const auto file = file_of("a BIGINT, n INT, b BYTES", "1 | NULL | x'ff'");
  EXPECT_EQ(read(request("a INT"), file).back(),
            "error: Table 't': column 'a' is INT, but in x.parquet it is BIGINT | Declare it as it is in the file, and "
            "cast it "
            "in the query.");
  EXPECT_TRUE(has(read(request("n INT NOT NULL"), file).back(), "column 'n' in x.parquet, rows 1 to 1:"));
  EXPECT_TRUE(has(read(request("b STRING"), file).back(), "not UTF-8"));
}

TEST_F(Parquet, RowGroupsThatCannotMatchAreLeftOut) {
  const auto file = numbers(50, 10);
  const auto lines = [&](ColumnTest test, int64_t number) {
    FormatRequest asked = request("n BIGINT, s STRING");
    asked.conditions = {{0, test, Value::big_int(number)}};
    const Rows rows = read(asked, file);
    return rows.empty()
               ? std::string("none")
               : rows.front().substr(0, rows.front().find(':')) + "-" + rows.back().substr(0, rows.back().find(':'));
  };
  EXPECT_EQ(lines(ColumnTest::kEqual, 25), "21-30");
  EXPECT_EQ(lines(ColumnTest::kEqual, 99), "none");
  EXPECT_EQ(lines(ColumnTest::kLess, 15), "1-20");
  EXPECT_EQ(lines(ColumnTest::kLessOrEqual, 15), "1-20");
  EXPECT_EQ(lines(ColumnTest::kGreater, 25), "21-50");
  EXPECT_EQ(lines(ColumnTest::kGreaterOrEqual, 25), "21-50");
  EXPECT_EQ(lines(ColumnTest::kLess, 20), "1-20");
  EXPECT_EQ(lines(ColumnTest::kLessOrEqual, 20), "1-30");
  EXPECT_EQ(lines(ColumnTest::kGreater, 29), "31-50");
  EXPECT_EQ(lines(ColumnTest::kGreaterOrEqual, 29), "21-50");
  FormatRequest asked = request("n BIGINT, s STRING");
  asked.conditions = {{1, ColumnTest::kEqual, Value::string("text 7")}, {0, ColumnTest::kIsNotNull, {}}};
  EXPECT_EQ(read(asked, file).size(), 10U);
  asked.conditions = {{0, ColumnTest::kIsNull, {}}};
  EXPECT_EQ(read(asked, file).size(), 0U);
  // A position behind rows that were left out is one of the file all the same.
  asked.conditions = {{0, ColumnTest::kGreaterOrEqual, Value::big_int(30)}};
  EXPECT_EQ(read(asked, file, {0, 36, {}}).front(), "36: +I[35, text 35]");
  EXPECT_EQ(read(asked, file, {0, 5, {}}).front(), "31: +I[30, text 30]");
}

TEST_F(Parquet, FilesThatAreNone) {
  const std::string whole = [&] {
    const auto file = numbers(50, 10);
    std::string bytes(static_cast<size_t>(file->size_bytes()), '\0');
    file->read_at(0, bytes);
    return bytes;
  }();
  const FormatRequest asked = request("n BIGINT, s STRING");
  for (const std::string& bytes :
       {std::string(), std::string("PAR1"), whole.substr(0, whole.size() / 2), std::string(1000, 'x')}) {
    const Rows rows = read(asked, std::make_shared<Memory>(bytes));
    EXPECT_TRUE(has(rows.back(), "error: Parquet file 'x.parquet' cannot be read")) << rows.back();
  }
  for (size_t at = 4; at < whole.size(); at += 13) {
    std::string altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ 0x55);
    read(asked, std::make_shared<Memory>(altered));  // rows or an error, but no crash
  }
}

TEST_F(Parquet, AFailingDiskIsTransient) {
  const auto file = numbers(50, 10);
  const auto decoding = format_->make_decoding(request("n BIGINT, s STRING"));
  const auto decoder = decoding->make_file_decoder(world_.get(), file, "x.parquet", {});
  file->failing = true;
  decoder->read_ahead(10)();
  EXPECT_THROW(decoder->next(10), TransientError);
  EXPECT_THROW(decoding->make_file_decoder(world_.get(), file, "x.parquet", {}), TransientError);
}

TEST_F(Parquet, APositionBehindTheEndIsRefused) {
  const auto file = numbers(5, 10);
  EXPECT_TRUE(has(read(request("n BIGINT, s STRING"), file, {0, 7, {}}).back(),
                  "x.parquet has 5 rows, but was read up to row 6 before"));
  EXPECT_EQ(read(request("n BIGINT, s STRING"), file, {0, 6, {}}).size(), 0U);
}

TEST_F(Parquet, ColumnsAreInferred) {
  const std::string schema = "a BIGINT NOT NULL, b TIMESTAMP(6), c ARRAY<STRING>, d ROW<x INT>, e DECIMAL(10, 2)";
  const auto file =
      file_of(schema, decode_text({"json", schema}, R"({"a": 1})").batches, {{"write.int64.timestamp", "true"}});
  const auto inferred = format_->infer_file(world_.get(), file, "x.parquet");
  ASSERT_TRUE(inferred.has_value());
  std::vector<std::string> types;
  for (const Field& field : inferred->columns) types.push_back(field.name + " " + field.type.to_string());
  EXPECT_EQ(types, (std::vector<std::string>{"a BIGINT NOT NULL", "b TIMESTAMP(6)", "c ARRAY<STRING>", "d ROW<`x` INT>",
                                             "e DECIMAL(10, 2)"}));
}

TEST_F(Parquet, WhatIsHeldBackIsCounted) {
  const auto encoding = format_->make_encoding(request("n BIGINT"));
  const auto encoder = encoding->make_file_encoder(world_.get());
  std::string bytes;
  encoder->begin_file(bytes);
  const size_t empty = encoder->memory_bytes();
  encoder->encode(parse_batch(parse_schema("n BIGINT"), "1\n2\n3"), bytes);
  EXPECT_GT(encoder->memory_bytes(), empty);
  encoder->end_file(bytes);
  EXPECT_EQ(encoder->memory_bytes(), 0U);
}

TEST(ParquetWithoutItsLibrary, SaysHowToComeByIt) {
  SimulatedEnvironment world(1);
  try {
    load_parquet(world.get());
    FAIL();
  } catch (const UserError& error) {
    EXPECT_TRUE(has(error.hint(), "tools/install_arrow.sh"));
  }
}

TEST(ParquetOptions, MessagesAndLocalTimesAreRefused) {
  TextTable table{"parquet", "a INT"};
  EXPECT_TRUE(has(decode_messages(table, {"x"}).error, "Format 'parquet' is for files"));
  table.options = {{"utc-timezone", "false"}};
  EXPECT_TRUE(has(decode_messages(table, {"x"}).error, "'parquet.utc-timezone' must be true"));
}

}  // namespace
}  // namespace tidemill
