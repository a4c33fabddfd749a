// A CSV file to COUNT(*) an auction in tumbling windows: SQL at parallelism 1 against a loop written by hand with
// memchr and from_chars.
#include <array>
#include <charconv>
#include <cstring>

#include "benchmarks/support/comparison.h"
#include "benchmarks/support/file_chunks.h"
#include "benchmarks/support/tumbling_count.h"
#include "benchmarks/support/window_query.h"

namespace tidemill::bench {
namespace {

constexpr size_t kFields = 8;
using Fields = std::array<std::string_view, kFields>;

// Splits a line at commas. Returns false where it has another number of fields.
bool split(std::string_view line, Fields& fields) {
  const char* at = line.data();
  const char* const end = at + line.size();
  for (size_t i = 0; i + 1 < kFields; ++i) {
    const auto* comma = static_cast<const char*>(std::memchr(at, ',', static_cast<size_t>(end - at)));
    if (comma == nullptr) return false;
    fields[i] = {at, static_cast<size_t>(comma - at)};
    at = comma + 1;
  }
  fields[kFields - 1] = {at, static_cast<size_t>(end - at)};
  return fields[kFields - 1].find(',') == std::string_view::npos;
}

int64_t number(std::string_view text) {
  int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void count_record(std::string_view line, FieldsRead fields_read, TumblingCount& count) {
  Fields fields;
  if (!split(line, fields)) throw std::runtime_error("a record has another number of fields");
  const int64_t auction = number(fields[1]);
  const int64_t time = read_time_by_hand(fields[6]);
  if (fields_read == FieldsRead::kEight && (number(fields[0]) < 0 || number(fields[2]) <= 0 || number(fields[3]) <= 0 ||
                                            fields[4].empty() || fields[5].empty() || fields[7].empty()))
    return;
  count.add(auction, time);
}

uint64_t count_by_hand(const BidFile& file, FieldsRead fields) {
  FileChunks chunks(file.path());
  TumblingCount count;
  for (std::string_view chunk; !(chunk = chunks.next()).empty();) {
    while (!chunk.empty()) {
      const auto* newline = static_cast<const char*>(std::memchr(chunk.data(), '\n', chunk.size()));
      const size_t bytes = newline == nullptr ? chunk.size() : static_cast<size_t>(newline - chunk.data());
      count_record(chunk.substr(0, bytes), fields, count);
      chunk.remove_prefix(std::min(bytes + 1, chunk.size()));
    }
  }
  return count.finish();
}

void csv_window(benchmark::State& state, FieldsRead fields) {
  static const BidFile file(BidFormat::kCsv, bid_rows());
  compare(
      state, file.rows(), [&] { return count_by_engine(file, fields); }, [&] { return count_by_hand(file, fields); });
}

BENCHMARK_CAPTURE(csv_window, two_fields, FieldsRead::kTwo)
    ->UseManualTime()
    ->Iterations(kRounds)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(csv_window, eight_fields, FieldsRead::kEight)
    ->UseManualTime()
    ->Iterations(kRounds)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemill::bench
