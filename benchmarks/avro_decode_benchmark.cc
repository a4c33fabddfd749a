// Messages of eight fields in Avro's binary encoding to columns, a thousand at a time: the format 'avro' against a loop
// written by hand for that one schema, which also copies texts that do not fit in a column's value.
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/support/comparison.h"
#include "connectors/spi/format.h"
#include "data/column_builder.h"
#include "env/simulated/simulated_environment.h"
#include "formats/avro/avro_format.h"

namespace tidemill::bench {
namespace {

constexpr size_t kGroup = 1024;

enum class FieldsRead : uint8_t { kTwo, kEight };

SchemaPtr bid_schema() {
  const Type number = Type::big_int().not_null();
  const Type text = Type::string().not_null();
  return make_schema({{"id", number},
                      {"auction", number},
                      {"bidder", number},
                      {"price", number},
                      {"channel", text},
                      {"url", text},
                      {"date_time", Type::timestamp(3)},
                      {"extra", text}});
}

FormatRequest request_of(FieldsRead fields) {
  FormatRequest request;
  request.table = "bids";
  request.physical = bid_schema();
  request.projection =
      fields == FieldsRead::kTwo ? std::vector<int32_t>{1, 6} : std::vector<int32_t>{0, 1, 2, 3, 4, 5, 6, 7};
  request.messages = true;
  request.options = Options::parse({}, make_avro_format()->options(), "the benchmark");
  return request;
}

// Bids as messages, all in one text.
struct Bids {
  explicit Bids(int64_t rows) {
    SimulatedEnvironment environment(1);
    const auto encoding = make_avro_format()->make_encoding(request_of(FieldsRead::kEight));
    const auto encoder = encoding->make_record_encoder(environment.get());
    Numbers numbers(7);
    std::vector<size_t> ends;
    for (int64_t first = 0; first < rows; first += static_cast<int64_t>(kGroup)) {
      const Batch batch = make_batch(numbers, first, static_cast<int32_t>(std::min<int64_t>(kGroup, rows - first)));
      encoder->begin(batch);
      for (int32_t row = 0; row < batch.num_rows(); ++row) {
        encoder->append(row, text);
        ends.push_back(text.size());
      }
    }
    size_t begin = 0;
    for (const size_t end : ends) {
      records.push_back(
          {std::string_view(text).substr(begin, end - begin), false, static_cast<int64_t>(records.size())});
      begin = end;
    }
  }

  static Batch make_batch(Numbers& numbers, int64_t first, int32_t rows) {
    const SchemaPtr schema = bid_schema();
    std::vector<ColumnBuilder> builders;
    for (const Field& field : schema->fields()) builders.emplace_back(field.type);
    for (int32_t row = 0; row < rows; ++row) {
      builders[0].append(first + row);
      builders[1].append(numbers.below(20000));
      builders[2].append(numbers.below(1000000));
      builders[3].append(numbers.below(100000000));
      builders[4].append_text(numbers.below(2) == 0 ? "Google" : "channel-4711");
      builders[5].append_text("https://www.nexmark.com/item.htm?query=1&channel_id=" +
                              std::to_string(numbers.below(10000)));
      builders[6].append(int64_t{1600000000000} + first + row);
      builders[7].append_text(std::string(static_cast<size_t>(20 + numbers.below(60)), 'x'));
    }
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
    return Batch(schema, std::move(columns), rows);
  }

  std::string text;
  std::vector<Record> records;
};

class NoErrors final : public RecordErrorTarget {
 public:
  void reject(std::string_view, const RecordError&) override { std::abort(); }
  void ignore_value() override { std::abort(); }
  void ignore_record() override { std::abort(); }
};

uint64_t text_sum(const Text* texts, int32_t rows) {
  uint64_t sum = 0;
  for (int32_t row = 0; row < rows; ++row)
    sum += texts[row].size() * 31 + static_cast<unsigned char>(texts[row].data()[0]);
  return sum;
}
uint64_t number_sum(const int64_t* numbers, int32_t rows) {
  uint64_t sum = 0;
  for (int32_t row = 0; row < rows; ++row) sum += static_cast<uint64_t>(numbers[row]);
  return sum;
}

uint64_t decode_by_engine(const Bids& bids, const DecodingFormat& format, Environment& environment) {
  NoErrors errors;
  const auto decoder = format.make_record_decoder(environment, errors);
  uint64_t sum = 0;
  for (size_t first = 0; first < bids.records.size(); first += kGroup) {
    decoder->begin("bids-0", std::span(bids.records).subspan(first, std::min(kGroup, bids.records.size() - first)));
    while (const std::optional<DecodedRows> rows = decoder->next(kGroup))
      for (const ColumnPtr& column : rows->columns)
        sum += column->type().physical() == PhysicalType::kText
                   ? text_sum(column->decode<Text>().values(), rows->num_rows)
                   : number_sum(column->decode<int64_t>().values(), rows->num_rows);
  }
  return sum;
}

// What a person would write who knows the schema, and trusts the bytes as little.
class HandReader {
 public:
  explicit HandReader(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}
  int64_t number() {
    uint64_t bits = 0;
    for (int32_t shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) std::abort();
      const auto byte = static_cast<unsigned char>(*at_++);
      bits |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128) return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
    }
    std::abort();
  }
  std::string_view text() {
    const int64_t size = number();
    if (size < 0 || size > end_ - at_) std::abort();
    const std::string_view text(at_, static_cast<size_t>(size));
    at_ += size;
    return text;
  }

 private:
  const char* at_;
  const char* end_;
};

uint64_t decode_by_hand(const Bids& bids, FieldsRead fields) {
  const bool all = fields == FieldsRead::kEight;
  std::vector<int64_t> numbers[5];
  std::vector<Text> texts[3];
  for (auto& column : numbers) column.resize(kGroup);
  for (auto& column : texts) column.resize(kGroup);
  std::vector<char> arena(kGroup * 256);
  uint64_t sum = 0;
  for (size_t first = 0; first < bids.records.size(); first += kGroup) {
    const size_t rows = std::min(kGroup, bids.records.size() - first);
    size_t used = 0;
    const auto copy = [&](std::string_view text) {
      if (text.size() <= Text::kInlineBytesMax) return Text(text);
      std::memcpy(arena.data() + used, text.data(), text.size());
      const Text copied(std::string_view(arena.data() + used, text.size()));
      used += text.size();
      return copied;
    };
    for (size_t row = 0; row < rows; ++row) {
      HandReader reader(bids.records[first + row].bytes);
      for (size_t i = 0; i < 4; ++i) numbers[i][row] = reader.number();
      for (size_t i = 0; i < 2; ++i) {
        const std::string_view text = reader.text();
        if (all) texts[i][row] = copy(text);
      }
      numbers[4][row] = reader.number() == 1 ? reader.number() : 0;
      const std::string_view extra = reader.text();
      if (all) texts[2][row] = copy(extra);
    }
    const auto count = static_cast<int32_t>(rows);
    for (size_t i = 0; i < 5; ++i)
      if (all || i == 1 || i == 4) sum += number_sum(numbers[i].data(), count);
    for (const auto& column : texts) sum += all ? text_sum(column.data(), count) : 0;
  }
  return sum;
}

void avro_decode(benchmark::State& state, FieldsRead fields) {
  static const Bids bids(from_environment("BENCH_FILE_ROWS", 1000000));
  SimulatedEnvironment environment(1);
  const auto format = make_avro_format()->make_decoding(request_of(fields));
  compare(
      state, static_cast<int64_t>(bids.records.size()),
      [&] { return decode_by_engine(bids, *format, environment.get()); }, [&] { return decode_by_hand(bids, fields); });
}

BENCHMARK_CAPTURE(avro_decode, two_fields, FieldsRead::kTwo)
    ->UseManualTime()
    ->Iterations(kRounds)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(avro_decode, eight_fields, FieldsRead::kEight)
    ->UseManualTime()
    ->Iterations(kRounds)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemill::bench
