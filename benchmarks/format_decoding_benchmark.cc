// What one row costs to decode, by format: the same bids as messages of JSON, of Debezium, of Protocol Buffers and as
// raw bytes, and as a file of Parquet. One thread, CPU time; the bytes lie in memory.
#include <benchmark/benchmark.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "benchmarks/support/bids.h"
#include "builtins/builtins.h"
#include "data/pretty.h"
#include "env/real/real_environment.h"

namespace tidemill::bench {
namespace {

constexpr int64_t kRows = 100'000;
constexpr const char* kColumns =
    "id BIGINT, auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, date_time STRING, extra "
    "STRING";
constexpr const char* kTwoColumns = "auction BIGINT, date_time STRING";

std::string number_field(uint32_t number, uint32_t value) {
  return std::string{static_cast<char>(number << 3), static_cast<char>(value)};
}
std::string bytes_field(uint32_t number, std::string_view bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())}.append(bytes);
}

// The descriptor file of message Bid, whose fields are the columns. Each part is shorter than 128 bytes but the last.
std::string descriptor() {
  std::string message = bytes_field(1, "Bid");
  const SchemaPtr columns = parse_schema(kColumns);
  int32_t number = 0;
  for (const Field& field : columns->fields()) {
    const uint32_t type = field.type.is_character() ? 9 : 3;
    message += bytes_field(2, bytes_field(1, field.name) + number_field(3, static_cast<uint32_t>(++number)) +
                                  number_field(4, 1) + number_field(5, type));
  }
  const auto sized = [](uint32_t tag, const std::string& bytes) {
    std::string out{static_cast<char>(tag << 3 | 2), static_cast<char>(bytes.size() | 0x80),
                    static_cast<char>(bytes.size() >> 7)};
    return out + bytes;
  };
  return sized(1, sized(4, message) + bytes_field(12, "proto3"));
}

class Memory final : public ReadableFile {
 public:
  explicit Memory(std::string bytes) : bytes_(std::move(bytes)) {}
  int64_t size_bytes() const override { return static_cast<int64_t>(bytes_.size()); }
  size_t read_at(int64_t offset, std::span<char> buffer) override {
    const std::string_view rest = std::string_view(bytes_).substr(std::min(static_cast<size_t>(offset), bytes_.size()));
    const size_t bytes = std::min(rest.size(), buffer.size());
    std::memcpy(buffer.data(), rest.data(), bytes);
    return bytes;
  }

 private:
  const std::string bytes_;
};

// What Debezium says of a change besides its rows, as its connector for MySQL writes it.
constexpr const char* kDebeziumSource =
    R"("source":{"version":"2.4.0.Final","connector":"mysql","name":"shop","ts_ms":1700000000000,"snapshot":"false",)"
    R"("db":"auctions","table":"bids","server_id":223344,"file":"mysql-bin.000003","pos":154,"row":0},"ts_ms":1700000000123)";

// The rows as changes: three of four messages insert one, the fourth updates one, which is two rows.
std::vector<std::string> debezium_changes(const std::vector<std::string>& rows) {
  std::vector<std::string> messages;
  for (size_t row = 0; row < rows.size(); ++row) {
    const bool update = messages.size() % 4 == 3 && row + 1 < rows.size();
    const std::string before = update ? rows[row++] : "null";
    messages.push_back(fmt::format(R"({{"before":{},"after":{},{},"op":"{}"}})", before, rows[row], kDebeziumSource,
                                   update ? "u" : "c"));
  }
  return messages;
}

class NoErrors final : public RecordErrorTarget {
 public:
  void reject(std::string_view, const RecordError& error) override { throw UserError(error.message); }
  void ignore_value() override {}
  void ignore_record() override {}
};

// The bids in every form.
class Bids {
 public:
  Bids() {
    register_builtin_formats(formats_);
    const BidFile file(BidFormat::kJson, kRows);
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) json_.push_back(std::move(line));
    debezium_ = debezium_changes(json_);
    std::ofstream(descriptor_path_) << descriptor();
    for_rows("json", kColumns, json_, [&](const Batch& batch) { batches_.push_back(batch); });
    const auto format = encoding("protobuf");
    const auto encoder = format->make_record_encoder(environment_.get());
    for (const Batch& batch : batches_) {
      encoder->begin(batch);
      for (int32_t row = 0; row < batch.num_rows(); ++row) encoder->append(row, protobuf_.emplace_back());
    }
  }
  ~Bids() { std::remove(descriptor_path_.c_str()); }

  const std::vector<std::string>& messages(const std::string& format) const {
    if (format == "protobuf") return protobuf_;
    return format == "debezium-json" ? debezium_ : json_;
  }

  // Returns the file, in row groups of some 10,000 rows. Throws UserError where the library is missing.
  std::shared_ptr<ReadableFile> parquet() {
    const auto format = encoding("parquet");
    const auto encoder = format->make_file_encoder(environment_.get());
    std::string bytes;
    encoder->begin_file(bytes);
    for (const Batch& batch : batches_) encoder->encode(batch, bytes);
    encoder->end_file(bytes);
    return std::make_shared<Memory>(std::move(bytes));
  }

  // Decodes the messages, and gives the rows a batch at a time.
  template <class Take>
  void for_rows(const std::string& format, const char* columns, const std::vector<std::string>& messages, Take take) {
    NoErrors errors;
    const auto decoding = formats_.get(format).make_decoding(request(format, columns, true));
    const auto decoder = decoding->make_record_decoder(environment_.get(), errors);
    const SchemaPtr schema = parse_schema(columns);
    std::vector<Record> records;
    for (size_t begin = 0; begin < messages.size(); begin += 1'000) {
      records.clear();
      for (size_t i = begin; i < std::min(begin + 1'000, messages.size()); ++i)
        records.push_back({messages[i], false, static_cast<int64_t>(i)});
      decoder->begin("t-0", records);
      while (std::optional<DecodedRows> rows = decoder->next(kBatchRowsTarget))
        take(Batch(schema, std::move(rows->columns), rows->num_rows));
    }
  }

  int64_t count_rows(const char* columns, const std::shared_ptr<ReadableFile>& file) {
    const auto decoding = formats_.get("parquet").make_decoding(request("parquet", columns, false));
    const auto decoder = decoding->make_file_decoder(environment_.get(), file, "bids.parquet", {});
    int64_t rows = 0;
    while (!decoder->ended()) {
      if (const std::optional<DecodedRows> some = decoder->next(kBatchRowsTarget))
        rows += some->num_rows;
      else if (const std::function<void()> work = decoder->read_ahead(kBatchRowsTarget))
        work();
    }
    return rows;
  }

 private:
  FormatRequest request(const std::string& format, const char* columns, bool messages) const {
    FormatRequest request;
    request.table = "bids";
    request.physical = parse_schema(columns);
    for (int32_t i = 0; i < request.physical->size(); ++i) request.projection.push_back(i);
    OptionMap written;
    if (format == "protobuf")
      written = {{"protobuf.descriptor-file", descriptor_path_}, {"protobuf.message-name", "Bid"}};
    std::vector<OptionSpec> specs = formats_.get(format).options();
    for (OptionSpec& spec : specs) spec.name = format + "." + spec.name;
    request.options = Options::parse(written, specs, "the benchmark").under(format + ".");
    request.messages = messages;
    return request;
  }
  std::shared_ptr<const EncodingFormat> encoding(const std::string& format) const {
    return formats_.get(format).make_encoding(request(format, kColumns, format != "parquet"));
  }

  RealEnvironment environment_{1};
  FormatRegistry formats_;
  const std::string descriptor_path_ = "/tmp/tidemill-bench-bid.desc";
  std::vector<std::string> json_, debezium_, protobuf_;
  std::vector<Batch> batches_;
};

Bids& bids() {
  static Bids all;
  return all;
}

void report(benchmark::State& state, int64_t rows) {
  if (rows != kRows * static_cast<int64_t>(state.iterations())) state.SkipWithError("rows are missing");
  state.SetItemsProcessed(rows);
}

void messages(benchmark::State& state, const std::string& format, const char* columns) {
  const std::vector<std::string>& all = bids().messages(format);
  int64_t rows = 0;
  for (auto _ : state) bids().for_rows(format, columns, all, [&](const Batch& batch) { rows += batch.num_rows(); });
  report(state, rows);
}

void parquet(benchmark::State& state, const char* columns) {
  try {
    const std::shared_ptr<ReadableFile> file = bids().parquet();
    int64_t rows = 0;
    for (auto _ : state) rows += bids().count_rows(columns, file);
    report(state, rows);
  } catch (const UserError& error) {
    state.SkipWithError(error.what());
  }
}

BENCHMARK_CAPTURE(messages, json_8_fields, "json", kColumns)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(messages, debezium_8_fields, "debezium-json", kColumns)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(messages, protobuf_8_fields, "protobuf", kColumns)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parquet, parquet_8_fields, kColumns)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(messages, json_2_fields, "json", kTwoColumns)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(messages, debezium_2_fields, "debezium-json", kTwoColumns)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(messages, protobuf_2_fields, "protobuf", kTwoColumns)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parquet, parquet_2_fields, kTwoColumns)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(messages, raw, "raw", "record STRING")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemill::bench
