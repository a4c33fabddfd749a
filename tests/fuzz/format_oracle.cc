#include "tests/fuzz/format_oracle.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "env/random.h"

namespace tidemill {
namespace {

bool ignores_parse_errors(const TextTable& table) {
  const auto found = table.options.find("ignore-parse-errors");
  return found != table.options.end() && found->second == "true";
}

std::string_view without_line(std::string_view row) { return row.substr(row.find(": ") + 2); }

void expect_same(const DecodedText& seen, const DecodedText& whole, std::string_view how) {
  CHECK_MSG(seen.error == whole.error, "{}: error {} instead of {}", how, seen.error, whole.error);
  if (!whole.error.empty()) return;  // rows not yet given are lost with it
  CHECK_MSG(seen.rows == whole.rows, "{}: rows\n{}\ninstead of\n{}", how, seen.rows, whole.rows);
  CHECK_MSG(seen.letters == whole.letters, "{}: left out\n{}\ninstead of\n{}", how, seen.letters, whole.letters);
  CHECK_MSG(seen.errors_counted == whole.errors_counted, "{}: {} errors instead of {}", how, seen.errors_counted,
            whole.errors_counted);
}

bool is_end_of(const std::vector<std::string>& end, const std::vector<std::string>& whole) {
  return end.size() <= whole.size() && std::equal(end.rbegin(), end.rend(), whole.rbegin());
}

void expect_same_from(const DecodePoint& point, const FormatFuzzCase& fuzzed, const DecodedText& whole,
                      const DecodeSteps& steps) {
  DecodeSteps from = steps;
  from.from = DecoderPosition::parse(point.position.to_string());
  CHECK(from.from == point.position);
  const DecodedText rest = decode_text(fuzzed.table, fuzzed.text, from);
  const std::string how = fmt::format("from {} behind {} rows", point.position.to_string(), point.rows);
  CHECK_MSG(rest.error.empty(), "{}: {}", how, rest.error);
  CHECK_MSG(point.rows + rest.rows.size() == whole.rows.size() && is_end_of(rest.rows, whole.rows),
            "{}: rows\n{}\nat the end of\n{}", how, rest.rows, whole.rows);
  CHECK_MSG(is_end_of(rest.letters, whole.letters), "{}: left out\n{}\nat the end of\n{}", how, rest.letters,
            whole.letters);
  CHECK_MSG(point.errors + rest.errors_counted == whole.errors_counted, "{}: {} and {} errors instead of {}", how,
            point.errors, rest.errors_counted, whole.errors_counted);
}

// Under the policy fail, rows are those before the first record left out, and the error names its line.
void expect_fails_at_first_letter(const FormatFuzzCase& fuzzed, const DecodedText& whole) {
  TextTable failing = fuzzed.table;
  failing.errors = {};
  DecodeSteps steps;
  steps.max_rows = 1;  // a row at a time: none is lost with the error
  const DecodedText failed = decode_text(failing, fuzzed.text, steps);
  CHECK_MSG(failed.error.empty() == whole.letters.empty(), "'{}' with {} letters", failed.error, whole.letters.size());
  CHECK_MSG(
      failed.rows.size() <= whole.rows.size() && std::equal(failed.rows.begin(), failed.rows.end(), whole.rows.begin()),
      "under 'fail' rows\n{}\nat the start of\n{}", failed.rows, whole.rows);
  if (whole.letters.empty()) {
    CHECK_EQ(failed.rows.size(), whole.rows.size());
    return;
  }
  const auto letter = nlohmann::json::parse(whole.letters.front());
  const auto line = letter.at("offset").get<int64_t>();
  CHECK_MSG(failed.error.find(fmt::format(" in line {}: ", line)) != std::string::npos, "{} in {}", line, failed.error);
}

void expect_read_back(const TextTable& table, const DecodedText& whole) {
  const std::string written = encode_batches(table, whole.batches);
  const DecodedText again = decode_text(table, written);
  const auto same = [](const std::string& a, const std::string& b) { return without_line(a) == without_line(b); };
  CHECK_MSG(again.error.empty() && again.errors_counted == 0, "{}{} of\n{}", again.error, again.letters, written);
  CHECK_MSG(std::equal(again.rows.begin(), again.rows.end(), whole.rows.begin(), whole.rows.end(), same),
            "rows\n{}\nbecame, written as\n{}\n{}", whole.rows, written, again.rows);
}

}  // namespace

size_t FuzzChoices::below(size_t count) {
  if (bytes_.empty()) return 0;
  const auto byte = static_cast<unsigned char>(bytes_.front());
  bytes_.remove_prefix(1);
  return byte % count;
}

uint64_t FuzzChoices::seed() {
  uint64_t seed = 0;
  for (int32_t i = 0; i < 4; ++i) seed = seed << 8 | below(256);
  return seed + 1;
}

void tell_records_left_out(TextTable& table) {
  if (!ignores_parse_errors(table)) table.errors = {RecordErrorPolicy::kDeadLetter, "letters"};
}

void expect_same_however_read(const FormatFuzzCase& fuzzed) {
  const DecodedText whole = decode_text(fuzzed.table, fuzzed.text);
  SeededRandom random(fuzzed.seed);
  DecodeSteps pieces;
  pieces.chunk_bytes = 1 + random.below(random.below(2) == 0 ? 8 : 256);
  pieces.max_rows = static_cast<int32_t>(1 + random.below(5));
  pieces.seed = fuzzed.seed;
  const DecodedText cut = decode_text(fuzzed.table, fuzzed.text, pieces);
  expect_same(cut, whole, "in pieces");
  if (!whole.error.empty()) return;

  if (!cut.points.empty()) expect_same_from(cut.points[random.below(cut.points.size())], fuzzed, whole, pieces);

  if (fuzzed.count_records == nullptr) {
    if (!ignores_parse_errors(fuzzed.table)) expect_fails_at_first_letter(fuzzed, whole);
    return;
  }
  const int64_t records = fuzzed.count_records(fuzzed.table, fuzzed.text);
  const auto rows = static_cast<int64_t>(whole.rows.size());
  if (ignores_parse_errors(fuzzed.table)) {
    CHECK_MSG(rows <= records && records <= rows + whole.errors_counted, "{} rows and {} errors of {} records", rows,
              whole.errors_counted, records);
  } else {
    expect_fails_at_first_letter(fuzzed, whole);
    CHECK_MSG(rows + static_cast<int64_t>(whole.letters.size()) == records, "{} rows and {} letters of {} records",
              rows, whole.letters.size(), records);
  }
  if (fuzzed.round_trips) expect_read_back(fuzzed.table, whole);
}

}  // namespace tidemill
