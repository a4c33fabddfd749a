#include "formats/csv/csv_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tidemill {
namespace {

// What an escape character and `c` stand for.
char unescape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '0':
      return '\0';
    default:
      return c;
  }
}

}  // namespace

bool is_csv_comment(std::string_view line, const CsvDialect& dialect) {
  if (!dialect.comments) return false;
  const size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '#';
}

size_t whole_csv_records(std::string_view text, const CsvDialect& dialect) {
  constexpr size_t kNone = std::string_view::npos;
  const auto find = [&](std::optional<char> c, size_t from) { return c ? text.find(*c, from) : kNone; };
  CsvRecord record;
  size_t at = 0;                                                            // start of a record
  size_t quote = find(dialect.quote, 0), escape = find(dialect.escape, 0);  // the first ones from there on
  for (;;) {
    if (quote < at) quote = find(dialect.quote, at);
    if (escape < at) escape = find(dialect.escape, at);
    const size_t mark = std::min(quote, escape);
    // Up to there every line break ends a record.
    const size_t newline = text.substr(at, mark == kNone ? kNone : mark - at).rfind('\n');
    if (newline != kNone) at += newline + 1;
    if (mark == kNone) return at;
    const std::string_view rest = text.substr(at);
    const size_t line_end = rest.find('\n');
    if (line_end == kNone) return at;
    if (is_csv_comment(rest.substr(0, line_end), dialect)) {
      at += line_end + 1;
      continue;
    }
    switch (record.read(rest, dialect)) {
      case CsvRecord::Outcome::kIncomplete:
        return at;
      case CsvRecord::Outcome::kBroken:  // its line is left out, what follows is read anew
        at += line_end + 1;
        break;
      case CsvRecord::Outcome::kWhole:
        if (!record.is_terminated()) return at;
        at += record.total_bytes();
    }
  }
}

void CsvRecord::split(std::string_view line, char delimiter) {
  fields_.clear();
  copied_.clear();
  const char* at = line.data();
  const char* const end = at + line.size();
  for (;;) {
    const auto* found = static_cast<const char*>(std::memchr(at, delimiter, static_cast<size_t>(end - at)));
    if (found == nullptr) break;
    fields_.emplace_back(at, static_cast<size_t>(found - at));
    at = found + 1;
  }
  fields_.emplace_back(at, static_cast<size_t>(end - at));
}

CsvRecord::Outcome CsvRecord::fail(Outcome outcome, std::string error) {
  outcome_ = outcome;
  error_ = std::move(error);
  return outcome;
}

void CsvRecord::add_copied(size_t begin) {
  copies_.emplace_back(begin, unescaped_.size() - begin);
  fields_.emplace_back();
  copied_.push_back(true);
}

// Reads from behind the opening quote at `at` to the delimiter or line break behind the closing one.
bool CsvRecord::quoted_field(std::string_view text, const CsvDialect& dialect, size_t& at) {
  const char quote = *dialect.quote;
  const size_t copy_begin = unescaped_.size();
  const size_t begin = ++at;
  bool copied = false;
  size_t plain = begin;  // start of what is not copied yet
  for (;; ++at) {
    if (at >= text.size()) {
      fail(Outcome::kIncomplete, "a quote is not closed");
      return false;
    }
    const char c = text[at];
    if (dialect.escape == c && c != quote) {
      unescaped_ += text.substr(plain, at - plain);
      if (++at >= text.size()) {
        fail(Outcome::kIncomplete, "a quote is not closed");
        return false;
      }
      unescaped_ += unescape(text[at]);
      copied = true;
      plain = at + 1;
    } else if (c == quote) {
      if (at + 1 >= text.size() || text[at + 1] != quote) break;
      unescaped_ += text.substr(plain, at + 1 - plain);
      copied = true;
      ++at;
      plain = at + 1;
    }
  }
  if (copied) {
    unescaped_ += text.substr(plain, at - plain);
    add_copied(copy_begin);
  } else {
    fields_.push_back(text.substr(begin, at - begin));
    copied_.push_back(false);
  }
  ++at;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r') && text[at] != dialect.delimiter)
    ++at;
  if (at < text.size() && text[at] != dialect.delimiter && text[at] != '\n') {
    fail(Outcome::kBroken, fmt::format("'{}' stands behind a closing quote, where '{}' or the end of the line should",
                                       text[at], dialect.delimiter));
    return false;
  }
  return true;
}

// Reads to the delimiter or line break.
bool CsvRecord::bare_field(std::string_view text, const CsvDialect& dialect, size_t& at) {
  const size_t copy_begin = unescaped_.size();
  size_t plain = at;
  bool copied = false;
  const size_t begin = at;
  for (; at < text.size() && text[at] != dialect.delimiter && text[at] != '\n'; ++at) {
    if (dialect.escape != text[at]) continue;
    unescaped_ += text.substr(plain, at - plain);
    if (++at >= text.size()) {
      fail(Outcome::kIncomplete, "an escape character stands at the end");
      return false;
    }
    unescaped_ += unescape(text[at]);
    copied = true;
    plain = at + 1;
  }
  size_t end = at;
  const bool line_end = at >= text.size() || text[at] == '\n';
  if (line_end && end > plain && text[end - 1] == '\r') --end;
  if (copied) {
    unescaped_ += text.substr(plain, end - plain);
    add_copied(copy_begin);
  } else {
    fields_.push_back(text.substr(begin, end - begin));
    copied_.push_back(false);
  }
  return true;
}

CsvRecord::Outcome CsvRecord::read(std::string_view text, const CsvDialect& dialect) {
  fields_.clear();
  copied_.clear();
  copies_.clear();
  unescaped_.clear();
  size_t at = 0;
  for (;;) {
    const bool quoted = dialect.quote && at < text.size() && text[at] == *dialect.quote;
    if (!(quoted ? quoted_field(text, dialect, at) : bare_field(text, dialect, at))) return outcome_;
    if (at >= text.size() || text[at] == '\n') break;
    ++at;  // the delimiter
  }
  is_terminated_ = at < text.size();
  content_bytes_ = at;
  if (content_bytes_ > 0 && text[content_bytes_ - 1] == '\r') --content_bytes_;
  total_bytes_ = std::min(at + 1, text.size());
  size_t copy = 0;
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (!copied_[i]) continue;
    const auto [begin, size] = copies_[copy++];
    fields_[i] = std::string_view(unescaped_).substr(begin, size);
  }
  return Outcome::kWhole;
}

}  // namespace tidemill
