// Functions that give rows: GENERATE_SERIES and texts in pieces. Names and results are PostgreSQL's: Flink has none.
#include "functions/table_functions.h"

#include "base/int128.h"
#include "expr/table_function.h"
#include "functions/kept_cache.h"
#include "functions/pattern_cache.h"

namespace tidemill {
namespace {

template <class T, class Rows, class Number>
void add_series(Rows& rows, Number start, Number stop, Number step) {
  if (step == 0) return rows.fail("GENERATE_SERIES: the step is 0");
  for (int128 value = start; step > 0 ? value <= stop : value >= stop; value += step)
    if (!rows.add(T{static_cast<Number>(value)})) return;
}

void split_by_text(TableRows<std::string_view>& rows, std::string_view text, std::string_view separator) {
  if (separator.empty()) {
    rows.add(text);
    return;
  }
  for (size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    if (!rows.add(text.substr(0, at))) return;
    text.remove_prefix(at + separator.size());
  }
  rows.add(text);
}

void split_by_pattern(TableRows<std::string_view>& rows, std::string_view text, std::string_view written) {
  const RE2& pattern = kept_cache<PatternCache>().get(written).re2();
  if (!pattern.ok())
    return rows.fail(fmt::format("REGEXP_SPLIT_TO_TABLE: '{}' is not a regular expression that is supported: {}",
                                 written, pattern.error()));
  const re2::StringPiece whole(text.data(), text.size());
  size_t begin = 0;
  for (size_t from = 0; from < text.size();) {
    re2::StringPiece found;
    if (!pattern.Match(whole, from, text.size(), RE2::UNANCHORED, &found, 1)) break;
    const auto at = static_cast<size_t>(found.data() - text.data());
    from = at + std::max<size_t>(found.size(), 1);
    if (found.empty() && (at == begin || at == text.size())) continue;  // no piece is empty because nothing was matched
    if (!rows.add(text.substr(begin, at - begin))) return;
    begin = at + found.size();
  }
  rows.add(text.substr(begin));
}

}  // namespace

void register_table_functions(FunctionRegistry& registry) {
  const FunctionDoc series = {"GENERATE_SERIES(start, stop [, step])",
                              "Numbers or times from start to stop, both included.", ""};
  const std::vector<std::string> column = {"generate_series"};
  register_table_function(registry, "GENERATE_SERIES", series, column,
                          [](TableRows<int32_t>& rows, int32_t start, int32_t stop) {
                            add_series<int32_t>(rows, start, stop, int32_t{1});
                          });
  register_table_function(registry, "GENERATE_SERIES", series, column,
                          [](TableRows<int32_t>& rows, int32_t start, int32_t stop, int32_t step) {
                            add_series<int32_t>(rows, start, stop, step);
                          });
  register_table_function(registry, "GENERATE_SERIES", series, column,
                          [](TableRows<int64_t>& rows, int64_t start, int64_t stop) {
                            add_series<int64_t>(rows, start, stop, int64_t{1});
                          });
  register_table_function(registry, "GENERATE_SERIES", series, column,
                          [](TableRows<int64_t>& rows, int64_t start, int64_t stop, int64_t step) {
                            add_series<int64_t>(rows, start, stop, step);
                          });
  register_table_function(registry, "GENERATE_SERIES", series, column,
                          [](TableRows<Timestamp3>& rows, Timestamp3 start, Timestamp3 stop, IntervalMillis step) {
                            add_series<Timestamp3>(rows, start.milliseconds, stop.milliseconds, step.milliseconds);
                          });
  register_table_function(registry, "STRING_TO_TABLE",
                          {"STRING_TO_TABLE(text, separator)", "The texts between separators, each in a row.", ""},
                          {"string_to_table"},
                          [](TableRows<std::string_view>& rows, std::string_view text, std::string_view separator) {
                            split_by_text(rows, text, separator);
                          });
  register_table_function(registry, "REGEXP_SPLIT_TO_TABLE",
                          {"REGEXP_SPLIT_TO_TABLE(text, pattern)",
                           "The texts between matches of the regular expression, each in a row.", ""},
                          {"regexp_split_to_table"},
                          [](TableRows<std::string_view>& rows, std::string_view text, std::string_view pattern) {
                            split_by_pattern(rows, text, pattern);
                          });
}

}  // namespace tidemill
