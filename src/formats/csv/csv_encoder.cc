#include "formats/csv/csv_encoder.h"

#include <algorithm>

#include "base/byte_search.h"
#include "base/check.h"
#include "base/utf8.h"
#include "data/number_text.h"
#include "data/utf8.h"

namespace tidemill {

CsvEncoder::CsvEncoder(const CsvEncoderSettings& settings) : settings_(settings), columns_(settings.names.size()) {
  const CsvDialect& dialect = settings_.dialect;
  if (!dialect.quote) return;
  const auto safe = static_cast<unsigned char>(std::max({dialect.delimiter, *dialect.quote, '\r'}));
  for (size_t byte = 0; byte < makes_quotes_.size(); ++byte) {
    const char c = static_cast<char>(byte);
    makes_quotes_[byte] = byte <= safe || c == '\\' || dialect.escape == c;
  }
}

// As Jackson's CsvGenerator decides without strict checking: long texts, and those with a character up to the delimiter
// or the quote in code order (a space is below both), are quoted. So is, unlike there, what would be read as a comment,
// or as the mark that a file of UTF-8 may begin with.
bool CsvEncoder::needs_quotes(std::string_view text) const {
  constexpr size_t kCheckedCharactersMax = 24;
  if (text.size() > kCheckedCharactersMax &&
      (ascii_prefix(text.substr(0, kCheckedCharactersMax + 1)) > kCheckedCharactersMax ||
       utf8_length(text) > static_cast<int32_t>(kCheckedCharactersMax)))
    return true;
  if (settings_.dialect.comments && text.starts_with('#')) return true;
  if (text.starts_with(kByteOrderMark)) return true;
  return std::any_of(text.begin(), text.end(), [&](char c) { return makes_quotes_[static_cast<unsigned char>(c)]; });
}

// Appends `text` with each quote and each escape character twice.
void CsvEncoder::append_doubled(std::string_view text, std::string& out) const {
  const char quote = *settings_.dialect.quote;
  const auto next = [&](size_t from) {
    if (!settings_.dialect.escape) return text.find(quote, from);
    while (from < text.size() && text[from] != quote && text[from] != *settings_.dialect.escape) ++from;
    return from < text.size() ? from : std::string_view::npos;
  };
  size_t begin = 0;
  for (size_t at = next(0); at != std::string_view::npos; at = next(at + 1)) {
    out += text.substr(begin, at + 1 - begin);
    begin = at;
  }
  out += text.substr(begin);
}

void CsvEncoder::append_text(std::string_view text, std::string& out) const {
  if (!settings_.dialect.quote || !needs_quotes(text)) {
    out += text;
    return;
  }
  const char quote = *settings_.dialect.quote;
  out += quote;
  append_doubled(text, out);
  out += quote;
}

std::string CsvEncoder::header() const {
  std::string out;
  if (!settings_.dialect.header) return out;
  for (size_t i = 0; i < settings_.names.size(); ++i) {
    if (i > 0) out += settings_.dialect.delimiter;
    append_text(settings_.names[i], out);
  }
  out += '\n';
  return out;
}

void CsvEncoder::begin(const Batch& batch) {
  CHECK_EQ(static_cast<size_t>(batch.num_columns()), columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = *batch.column(static_cast<int32_t>(i));
    EncodedColumn& encoded = columns_[i];
    encoded.is_bare = column.type().is_numeric() || column.type().kind == TypeKind::kBoolean;
    encoded.big_ints.reset();
    if (column.type().kind == TypeKind::kBigInt) {
      encoded.big_ints = column.decode<int64_t>();
    } else {
      encoded.texts.write(column, settings_.style);
    }
  }
}

void CsvEncoder::append(int32_t row, std::string& out) {
  bool first = true;
  for (const EncodedColumn& column : columns_) {
    if (!std::exchange(first, false)) out += settings_.dialect.delimiter;
    if (column.is_null(row)) {
      out += settings_.dialect.null_literal.value_or("");
    } else if (column.big_ints) {
      append_integer(out, (*column.big_ints)[row]);
    } else if (column.is_bare) {
      out += column.texts.at(row);
    } else {
      append_text(column.texts.at(row), out);
    }
  }
}

}  // namespace tidemill
