#include "formats/csv/csv_inference.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/utf8.h"
#include "connectors/spi/decoding/column_inference.h"
#include "formats/csv/csv_record.h"

namespace tidemill {
namespace {

struct Table {
  CsvDialect dialect;
  std::vector<std::vector<std::string>> records;
  int64_t odd_line = 0;  // line of the first record that has another number of fields than the first one; 0: none
  size_t odd_fields = 0;

  size_t alike() const {
    return static_cast<size_t>(std::count_if(
        records.begin(), records.end(), [&](const auto& record) { return record.size() == records.front().size(); }));
  }
};

Table read_table(std::string_view text, char delimiter) {
  Table table;
  table.dialect.delimiter = delimiter;
  CsvRecord record;
  for (int64_t line = 1; !text.empty() && table.records.size() < static_cast<size_t>(kInferredRecordsMax);) {
    if (record.read(text, table.dialect) != CsvRecord::Outcome::kWhole) break;
    const std::string_view content = text.substr(0, record.content_bytes());
    if (!content.empty()) {
      table.records.emplace_back(record.fields().begin(), record.fields().end());
      const size_t fields = table.records.back().size();
      if (table.odd_line == 0 && fields != table.records.front().size()) {
        table.odd_line = line;
        table.odd_fields = fields;
      }
    }
    line += 1 + std::count(content.begin(), content.end(), '\n');
    text.remove_prefix(record.total_bytes());
  }
  return table;
}

// More fields count only where as many records agree on them.
Table best_table(std::string_view text) {
  Table best;
  for (const char delimiter : {',', ';', '\t', '|'}) {
    Table table = read_table(text, delimiter);
    if (table.records.empty()) continue;
    const auto fields = [](const Table& of) { return of.records.front().size(); };
    const bool better = best.records.empty() || (fields(table) > 1 && fields(best) == 1) ||
                        (fields(table) > 1 && table.alike() > best.alike()) ||
                        (fields(table) > fields(best) && table.alike() == best.alike());
    if (better) best = std::move(table);
  }
  return best;
}

bool is_name(std::string_view text) {
  constexpr size_t kNameBytesMax = 64;
  if (text.empty() || text.size() > kNameBytesMax) return false;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  };
  if (!is_letter(text[0])) return false;
  ColumnInference inference;
  inference.add_untyped(text);
  return inference.type(TimestampForm::kSql) == Type::string() && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == ' ' || c == '-' || c == '.' || c == '/' || c == '#' ||
                  c == '(' || c == ')';
         });
}

bool is_header(const std::vector<std::string>& record) {
  std::vector<std::string> sorted = record;
  std::sort(sorted.begin(), sorted.end());
  return std::all_of(record.begin(), record.end(), is_name) &&
         std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

}  // namespace

InferredColumns infer_csv(const FormatSample& sample) {
  std::string_view text = sample.text;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const Table table = best_table(text);
  if (table.records.empty())
    throw UserError(fmt::format("Columns cannot be inferred from '{}': it holds no record", sample.path),
                    "Declare them with CREATE TABLE.");
  const size_t fields = table.records.front().size();
  if (table.odd_line != 0 && table.odd_fields != fields)
    throw UserError(fmt::format("Columns cannot be inferred from '{}': line {} has {} fields, line 1 has {}",
                                sample.path, table.odd_line, table.odd_fields, fields),
                    "Declare the table with CREATE TABLE, and choose a 'record.error-policy'.");
  const bool header = is_header(table.records.front());
  std::vector<ColumnInference> columns(fields);
  bool empty_field = false;
  for (size_t i = header ? 1 : 0; i < table.records.size(); ++i) {
    for (size_t field = 0; field < fields; ++field) {
      const std::string& value = table.records[i][field];
      empty_field = empty_field || value.empty();
      if (!value.empty()) columns[field].add_untyped(value);
    }
  }
  InferredColumns inferred;
  const TimestampForm form = common_timestamp_form(columns);
  for (size_t field = 0; field < fields; ++field)
    inferred.columns.push_back(
        {header ? table.records.front()[field] : fmt::format("f{}", field), columns[field].type(form)});
  if (header) inferred.options["header"] = "true";
  if (empty_field) inferred.options["null-literal"] = "";
  if (form == TimestampForm::kIso8601) inferred.options["timestamp-format.standard"] = "ISO-8601";
  if (table.dialect.delimiter == '\t') inferred.options["field-delimiter"] = "\\t";
  if (table.dialect.delimiter == ';' || table.dialect.delimiter == '|')
    inferred.options["field-delimiter"] = std::string(1, table.dialect.delimiter);
  return inferred;
}

}  // namespace tidemill
