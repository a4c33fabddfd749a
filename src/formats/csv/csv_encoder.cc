#include "formats/csv/csv_encoder.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/utf8.h"
#include "data/number_text.h"
#include "data/utf8.h"

namespace tidemill {
namespace {

constexpr size_t kCheckedCharactersMax = 24;

// Requires: the text has more than kCheckedCharactersMax bytes. Returns whether the first of them, and the one behind
// these, are ASCII.
bool begins_with_ascii(std::string_view text) {
  static_assert(kCheckedCharactersMax + 1 == 25);
  uint64_t words[4];
  std::memcpy(words, text.data(), 24);
  std::memcpy(&words[3], text.data() + 17, sizeof(words[3]));
  return ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080U) == 0;
}

// In quotes, every byte twice.
size_t text_bytes_max(std::string_view text) { return 2 * text.size() + 2; }

char* write_bytes(std::string_view bytes, char* to) {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

}  // namespace

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
  if (text.size() > kCheckedCharactersMax &&
      (begins_with_ascii(text) || utf8_length(text) > static_cast<int32_t>(kCheckedCharactersMax)))
    return true;
  if (settings_.dialect.comments && text.starts_with('#')) return true;
  if (text.starts_with(kByteOrderMark)) return true;
  return std::any_of(text.begin(), text.end(), [&](char c) { return makes_quotes_[static_cast<unsigned char>(c)]; });
}

CsvEncoder::Quotes CsvEncoder::quotes_of(const Type& type) const {
  if (type.is_numeric() || type.kind == TypeKind::kBoolean) return Quotes::kNever;
  const bool is_timestamp = type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampLtz;
  // Between date and time stands a space.
  if (!is_timestamp || settings_.style.timestamp != TimestampForm::kSql || !settings_.dialect.quote ||
      !makes_quotes_[static_cast<unsigned char>(' ')])
    return Quotes::kByText;
  const CsvDialect& dialect = settings_.dialect;
  constexpr std::string_view kOfTimestamps = "0123456789-+: .Z";
  const bool doubles = kOfTimestamps.find(*dialect.quote) != std::string_view::npos ||
                       (dialect.escape && kOfTimestamps.find(*dialect.escape) != std::string_view::npos);
  return doubles ? Quotes::kByText : Quotes::kAlways;
}

// Writes `text` with each quote and each escape character twice.
char* CsvEncoder::write_doubled(std::string_view text, char* to) const {
  const char quote = *settings_.dialect.quote;
  const auto next = [&](size_t from) {
    if (!settings_.dialect.escape) return text.find(quote, from);
    while (from < text.size() && text[from] != quote && text[from] != *settings_.dialect.escape) ++from;
    return from < text.size() ? from : std::string_view::npos;
  };
  size_t begin = 0;
  for (size_t at = next(0); at != std::string_view::npos; at = next(at + 1)) {
    to = write_bytes(text.substr(begin, at + 1 - begin), to);
    begin = at;
  }
  return write_bytes(text.substr(begin), to);
}

char* CsvEncoder::write_text(std::string_view text, char* to) const {
  if (!settings_.dialect.quote || !needs_quotes(text)) return write_bytes(text, to);
  *to++ = *settings_.dialect.quote;
  to = write_doubled(text, to);
  *to++ = *settings_.dialect.quote;
  return to;
}

std::string CsvEncoder::header() const {
  std::string out;
  if (!settings_.dialect.header) return out;
  for (size_t i = 0; i < settings_.names.size(); ++i) {
    if (i > 0) out += settings_.dialect.delimiter;
    std::string name(text_bytes_max(settings_.names[i]), ' ');
    out.append(name.data(), write_text(settings_.names[i], name.data()));
  }
  out += '\n';
  return out;
}

void CsvEncoder::begin(const Batch& batch) {
  CHECK_EQ(static_cast<size_t>(batch.num_columns()), columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = *batch.column(static_cast<int32_t>(i));
    EncodedColumn& encoded = columns_[i];
    encoded.quotes = quotes_of(column.type());
    encoded.big_ints.reset();
    if (column.type().kind == TypeKind::kBigInt) {
      encoded.big_ints = column.decode<int64_t>();
    } else {
      encoded.texts.write(column, settings_.style);
    }
  }
}

size_t CsvEncoder::record_bytes_max(int32_t row) const {
  const size_t null_bytes = settings_.dialect.null_literal ? settings_.dialect.null_literal->size() : 0;
  size_t bytes = columns_.size() * (1 + std::max(kIntegerCharactersMax, null_bytes));
  for (const EncodedColumn& column : columns_) {
    if (!column.big_ints && !column.is_null(row)) bytes += text_bytes_max(column.texts.at(row));
  }
  return bytes;
}

char* CsvEncoder::write_field(const EncodedColumn& column, int32_t row, char* to) const {
  if (column.is_null(row))
    return settings_.dialect.null_literal ? write_bytes(*settings_.dialect.null_literal, to) : to;
  if (column.big_ints) return write_integer(to, (*column.big_ints)[row]);
  const std::string_view text = column.texts.at(row);
  switch (column.quotes) {
    case Quotes::kNever:
      return write_bytes(text, to);
    case Quotes::kAlways:
      *to++ = *settings_.dialect.quote;
      to = write_bytes(text, to);
      *to++ = *settings_.dialect.quote;
      return to;
    case Quotes::kByText:
      break;
  }
  return write_text(text, to);
}

void CsvEncoder::append(int32_t row, std::string& out) {
  if (const size_t bytes = record_bytes_max(row); record_.size() < bytes) record_.resize(2 * bytes);
  char* const begin = record_.data();
  char* at = begin;
  for (const EncodedColumn& column : columns_) {
    at = write_field(column, row, at);
    *at++ = settings_.dialect.delimiter;
  }
  if (at != begin) --at;  // the delimiter behind the last one
  out.append(begin, static_cast<size_t>(at - begin));
}

}  // namespace tidemill
