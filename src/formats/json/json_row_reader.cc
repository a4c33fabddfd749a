#include "formats/json/json_row_reader.h"

#include "data/json_scanner.h"
#include "data/utf8.h"

namespace tidemill {
namespace {

std::string syntax_hint(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t");
  const bool opens_only = first != std::string_view::npos && (line[first] == '{' || line[first] == '[') &&
                          line.find_first_not_of(" \t\r\n", first + 1) == std::string_view::npos;
  if (opens_only)
    return "A record must be one line: rewrite the file with `jq -c . FILE` (an array: `jq -c '.[]' FILE`).";
  return "";
}

}  // namespace

JsonRowReader::JsonRowReader(const JsonSettings& settings, std::string split, RowsBuilder& rows,
                             RecordErrorTarget& errors)
    : settings_(settings),
      split_(std::move(split)),
      rows_(rows),
      errors_(errors),
      keys_(settings.names),
      marks_(settings.names.size()) {}

bool JsonRowReader::check(const JsonRecord& record, std::vector<JsonMember>* members) {
  const std::string_view line = record.text;
  if (!is_valid_utf8(line)) {
    size_t valid = 0;
    for (size_t step = 0; (step = utf8_sequence(line.substr(valid))) != 0;) valid += step;
    reject(record, "", fmt::format("it is not UTF-8 at character {}", utf8_length(line.substr(0, valid)) + 1),
           settings_.messages ? "" : "Convert the file to UTF-8, for example with `iconv -f latin1 -t utf-8`.");
    return false;
  }
  const auto syntax = check_json(line, members);
  if (!syntax) return true;
  reject(record, "",
         fmt::format("{} at character {}", syntax->message, utf8_length(line.substr(0, syntax->offset)) + 1),
         settings_.messages ? "" : syntax_hint(line));
  return false;
}

bool JsonRowReader::read(std::string_view object, const JsonRecord& record, std::string_view why_null, bool report) {
  marks_.begin_row();
  return replace(object, record, why_null, report) && (marks_.all() || set_missing(record, why_null, report));
}

bool JsonRowReader::replace(std::string_view object, const JsonRecord& record, std::string_view why_null, bool report) {
  auto scanner = JsonScanner::of_checked(object);
  scanner.enter('{');
  for (size_t place = 0; const auto key = scanner.next_key(); ++place) {
    const int32_t column = keys_.find(key->text, place);
    const JsonToken token = *scanner.value();
    if (column == JsonKeys::kNone) continue;
    marks_.mark(column);
    const ValueStatus status = set_from_json(rows_.column(column), rows_.num_rows(), token, settings_.form);
    if (status != ValueStatus::kOk && !accept(status, column, token.text, record, why_null, report)) return false;
  }
  return true;
}

bool JsonRowReader::set_missing(const JsonRecord& record, std::string_view why_null, bool report) {
  for (size_t i = 0; i < settings_.names.size(); ++i) {
    const auto column = static_cast<int32_t>(i);
    if (marks_.is_marked(column)) continue;
    if (settings_.fail_on_missing_field) {
      if (report)
        reject(
            record, settings_.names[i], "it is missing",
            fmt::format("Set '{}fail-on-missing-field' = 'false' to read NULL instead.", settings_.form.option_prefix));
      return false;
    }
    const ValueStatus status = set_null(rows_.column(column), rows_.num_rows());
    if (status == ValueStatus::kOk) continue;
    if (report) accept(status, column, "", record, why_null, true);
    return false;
  }
  return true;
}

bool JsonRowReader::accept(ValueStatus status, int32_t column, std::string_view text, const JsonRecord& record,
                           std::string_view why_null, bool report) {
  const bool nulled =
      status == ValueStatus::kNulled || (settings_.ignore_parse_errors && status != ValueStatus::kNotNull &&
                                         set_null(rows_.column(column), rows_.num_rows()) == ValueStatus::kOk);
  if (nulled) {
    if (report) errors_.ignore_value();
    return true;
  }
  if (!report) return false;
  const auto index = static_cast<size_t>(column);
  ValueComplaint complaint = complain(status, settings_.types[index], text, settings_.form);
  if (status == ValueStatus::kNotNull && !why_null.empty()) complaint.hint = why_null;
  reject(record, settings_.names[index], std::move(complaint.message), std::move(complaint.hint));
  return false;
}

void JsonRowReader::reject(const JsonRecord& record, std::string column, std::string message, std::string hint) {
  if (settings_.ignore_parse_errors) return errors_.ignore_record();
  RecordError error;
  error.format = settings_.format_name;
  error.line = record.line;
  error.column = std::move(column);
  error.message = std::move(message);
  error.hint = std::move(hint);
  error.raw = record.text.ends_with('\r') ? record.text.substr(0, record.text.size() - 1) : record.text;
  errors_.reject(split_, error);
}

}  // namespace tidemill
