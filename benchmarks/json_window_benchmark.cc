// A file of JSON lines to COUNT(*) an auction in tumbling windows: SQL at parallelism 1 against a loop written by hand
// with the same parser (simdjson, on demand).
#include <simdjson.h>

#include "benchmarks/support/comparison.h"
#include "benchmarks/support/file_chunks.h"
#include "benchmarks/support/tumbling_count.h"
#include "benchmarks/support/window_query.h"

namespace tidemill::bench {
namespace {

namespace ondemand = simdjson::ondemand;

void count_two_fields(ondemand::object record, TumblingCount& count) {
  int64_t auction = 0;
  int64_t time = 0;
  for (ondemand::field field : record) {
    const ondemand::raw_json_string key = field.key();
    if (key == "auction") {
      auction = field.value().get_int64();
    } else if (key == "date_time") {
      time = read_time_by_hand(field.value().get_string());
    }
  }
  count.add(auction, time);
}

void count_eight_fields(ondemand::object record, TumblingCount& count) {
  int64_t id = -1, auction = 0, bidder = 0, price = 0, time = 0;
  std::string_view channel, url, extra;
  for (ondemand::field field : record) {
    const ondemand::raw_json_string key = field.key();
    if (key == "id") {
      id = field.value().get_int64();
    } else if (key == "auction") {
      auction = field.value().get_int64();
    } else if (key == "bidder") {
      bidder = field.value().get_int64();
    } else if (key == "price") {
      price = field.value().get_int64();
    } else if (key == "channel") {
      channel = field.value().get_string();
    } else if (key == "url") {
      url = field.value().get_string();
    } else if (key == "date_time") {
      time = read_time_by_hand(field.value().get_string());
    } else if (key == "extra") {
      extra = field.value().get_string();
    }
  }
  if (id >= 0 && bidder > 0 && price > 0 && !channel.empty() && !url.empty() && !extra.empty())
    count.add(auction, time);
}

uint64_t count_by_hand(const BidFile& file, FieldsRead fields) {
  static_assert(FileChunks::kPaddingBytes >= simdjson::SIMDJSON_PADDING);
  FileChunks chunks(file.path());
  ondemand::parser parser;
  parser.threaded = false;
  TumblingCount count;
  for (std::string_view chunk; !(chunk = chunks.next()).empty();) {
    ondemand::document_stream records = parser.iterate_many(chunk.data(), chunk.size(), FileChunks::kChunkBytes);
    for (auto record : records) {
      if (fields == FieldsRead::kTwo) {
        count_two_fields(record.get_object(), count);
      } else {
        count_eight_fields(record.get_object(), count);
      }
    }
  }
  return count.finish();
}

void json_window(benchmark::State& state, FieldsRead fields) {
  static const BidFile file(BidFormat::kJson, bid_rows());
  compare(
      state, file.rows(), [&] { return count_by_engine(file, fields); }, [&] { return count_by_hand(file, fields); });
}

BENCHMARK_CAPTURE(json_window, two_fields, FieldsRead::kTwo)
    ->UseManualTime()
    ->Iterations(kRounds)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(json_window, eight_fields, FieldsRead::kEight)
    ->UseManualTime()
    ->Iterations(kRounds)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemill::bench
