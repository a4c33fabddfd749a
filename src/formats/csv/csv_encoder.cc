#include "formats/csv/csv_encoder.h"

#include <algorithm>

#include "base/check.h"
#include "base/utf8.h"
#include "data/utf8.h"

namespace tidemill {

// As Jackson's CsvGenerator decides without strict checking: long texts, and those with a character up to the delimiter
// or the quote in code order (a space is below both), are quoted. So is, unlike there, what would be read as a comment,
// or as the mark that a file of UTF-8 may begin with.
bool CsvEncoder::needs_quotes(std::string_view text) const {
  constexpr size_t kCheckedCharactersMax = 24;
  if (text.size() > kCheckedCharactersMax && utf8_length(text) > static_cast<int32_t>(kCheckedCharactersMax))
    return true;
  if (settings_.dialect.comments && text.starts_with('#')) return true;
  if (text.starts_with(kByteOrderMark)) return true;
  const auto safe = static_cast<unsigned char>(std::max({settings_.dialect.delimiter, *settings_.dialect.quote, '\r'}));
  return std::any_of(text.begin(), text.end(), [&](char c) {
    return static_cast<unsigned char>(c) <= safe || c == '\\' || settings_.dialect.escape == c;
  });
}

void CsvEncoder::append_text(std::string_view text, std::string& out) const {
  if (!settings_.dialect.quote || !needs_quotes(text)) {
    out += text;
    return;
  }
  const char quote = *settings_.dialect.quote;
  out += quote;
  for (const char c : text) {
    if (c == quote || settings_.dialect.escape == c) out += c;
    out += c;
  }
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
  CHECK_EQ(static_cast<size_t>(batch.num_columns()), texts_.size());
  bare_.clear();
  for (size_t i = 0; i < texts_.size(); ++i) {
    const Column& column = *batch.column(static_cast<int32_t>(i));
    texts_[i].write(column, settings_.style);
    bare_.push_back(column.type().is_numeric() || column.type().kind == TypeKind::kBoolean ? 1 : 0);
  }
}

void CsvEncoder::append(int32_t row, std::string& out) {
  for (size_t i = 0; i < texts_.size(); ++i) {
    if (i > 0) out += settings_.dialect.delimiter;
    if (texts_[i].is_null(row)) {
      out += settings_.dialect.null_literal.value_or("");
    } else if (bare_[i] != 0) {
      out += texts_[i].at(row);
    } else {
      append_text(texts_[i].at(row), out);
    }
  }
}

}  // namespace tidemill
