#include "formats/csv/csv_decoder.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "base/error.h"
#include "base/utf8.h"
#include "data/utf8.h"

namespace tidemill {
namespace {

// Bytes indexed at a time: text and index stay in the second-level cache.
constexpr size_t kWindowBytes = size_t{1} << 16;

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

bool is_ascii(std::string_view text) {
  uint64_t high = 0;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    high |= word;
  }
  for (; i < text.size(); ++i) high |= static_cast<unsigned char>(text[i]);
  return (high & 0x8080808080808080u) == 0;
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string plural(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

CsvDecoder::CsvDecoder(const CsvSettings& settings, std::string split, const DecoderPosition& position,
                       RecordErrorTarget& errors)
    : settings_(settings),
      split_(std::move(split)),
      errors_(errors),
      rows_(settings.types),
      has_text_(std::any_of(settings.types.begin(), settings.types.end(),
                            [](const Type& type) { return type.is_character(); })),
      index_(settings.dialect) {
  restart(position);
}

void CsvDecoder::restart(const DecoderPosition& position) {
  buffer_.clear();
  rows_.clear();
  window_ = {};
  cursor_ = 0;
  token_ = 0;
  header_pending_ = settings_.dialect.header && position.state.empty();
  offset_ = position.byte_offset;
  line_ = position.line;
  header_ = position.state;
  returned_ = position;
  bind_fields();
}

void CsvDecoder::bind_fields() {
  if (!settings_.dialect.header) {
    column_of_field_.assign(settings_.table_columns.size(), kNotWanted);
    for (size_t i = 0; i < settings_.projection.size(); ++i)
      column_of_field_[static_cast<size_t>(settings_.projection[i])] = static_cast<int32_t>(i);
    want_fields();
  } else if (!header_.empty()) {
    take_header(header_);
  }
}

std::optional<DecodedRows> CsvDecoder::next(int32_t max_rows, bool flush) {
  rows_.reserve(max_rows);
  while (!rows_.full()) {
    if (has_text_ && buffer_.size() > 0) rows_.keep(buffer_.memory());
    if (!decode_record()) break;
  }
  if (rows_.num_rows() == 0) {
    note_position();
    return std::nullopt;
  }
  if (!rows_.full() && !flush && !buffer_.ended()) return std::nullopt;
  note_position();
  return rows_.take();
}

void CsvDecoder::note_position() {
  returned_.byte_offset = offset_;
  returned_.line = line_;
  returned_.state = header_;
}

void CsvDecoder::want_fields() {
  wanted_.clear();
  for (size_t field = 0; field < column_of_field_.size(); ++field)
    if (column_of_field_[field] != kNotWanted) wanted_.push_back({field, column_of_field_[field]});
}

void CsvDecoder::advance(size_t bytes) {
  buffer_.consume(bytes);
  offset_ += static_cast<int64_t>(bytes);
  cursor_ += bytes;
  if (cursor_ >= window_.size()) window_ = {};
}

bool CsvDecoder::open_window() {
  if (offset_ == 0 && std::string_view(buffer_.data(), buffer_.size()).starts_with(kByteOrderMark))
    advance(kByteOrderMark.size());
  const std::string_view rest(buffer_.data(), buffer_.size());
  if (rest.empty()) return false;
  size_t end = rest.substr(0, kWindowBytes).rfind('\n');
  if (end == std::string_view::npos) end = rest.find('\n', std::min(kWindowBytes, rest.size()));
  if (end == std::string_view::npos && !buffer_.ended()) {
    if (rest.size() > kRecordBytesMax)
      throw UserError(
          fmt::format("CSV record is too long: {} line {} has more than {} bytes", split_, line_, kRecordBytesMax),
          "Is this a text file with line breaks?");
    return false;
  }
  window_ = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
  cursor_ = 0;
  token_ = 0;
  index_.build(window_);
  return true;
}

bool CsvDecoder::decode_record() {
  if (window_.empty() && !open_window()) return false;
  const std::span<const uint32_t> offsets = index_.offsets();
  size_t end_token = token_;
  while (end_token < offsets.size() && window_[offsets[end_token]] == settings_.dialect.delimiter) ++end_token;
  const size_t stop = end_token < offsets.size() ? offsets[end_token] : window_.size();
  const bool plain = stop == window_.size() || window_[stop] == '\n';
  const size_t newline = plain ? stop : std::min(window_.find('\n', stop), window_.size());
  const size_t line_bytes = std::min(newline + 1, window_.size()) - cursor_;
  const std::string_view line = without_line_end(window_.substr(cursor_, line_bytes));
  const bool blank = line.empty() && settings_.table_columns.size() > 1;  // of one column, it is an empty field
  if (blank || is_csv_comment(line, settings_.dialect)) {
    advance(line_bytes);
    ++line_;
  } else if (!plain) {
    // Goes on behind the window where a quote does.
    if (!read_quoted({buffer_.data(), buffer_.size()}, line)) {
      window_ = {};
      return false;
    }
  } else {
    if (!decode_plain(end_token, line)) {
      record_.split(line, settings_.dialect.delimiter);
      take_fields(line);
    }
    advance(line_bytes);
    ++line_;
    token_ = end_token + 1;
    return true;
  }
  while (token_ < offsets.size() && offsets[token_] < cursor_) ++token_;
  return true;
}

bool CsvDecoder::decode_plain(size_t end_token, std::string_view line) {
  if (header_pending_ || end_token - token_ + 1 != column_of_field_.size()) return false;
  if (!index_.is_ascii() && !is_ascii(line) && !is_valid_utf8(line)) return false;
  const uint32_t* const ends = index_.offsets().data() + token_;
  const char* const line_end = line.data() + line.size();
  for (const WantedField& wanted : wanted_) {
    const char* const begin = wanted.field == 0 ? line.data() : window_.data() + ends[wanted.field - 1] + 1;
    const bool last = wanted.field + 1 == column_of_field_.size();
    const char* const end = last ? line_end : window_.data() + ends[wanted.field];
    if (!set_field({begin, static_cast<size_t>(end - begin)}, false, wanted.column, line)) return true;
  }
  rows_.commit_row(line_);
  return true;
}

// Reads a record that may go on over several lines.
bool CsvDecoder::read_quoted(std::string_view rest, std::string_view line) {
  const CsvRecord::Outcome outcome = record_.read(rest, settings_.dialect);
  // At the end of what has been read, a quote may be the first of two, and more of the field may follow.
  const bool open =
      outcome == CsvRecord::Outcome::kIncomplete || (outcome == CsvRecord::Outcome::kWhole && !record_.is_terminated());
  if (open && !buffer_.ended() && rest.size() <= kRecordBytesMax) return false;
  if (outcome == CsvRecord::Outcome::kWhole) {
    const std::string_view record = rest.substr(0, record_.content_bytes());
    const auto lines = 1 + std::count(record.begin(), record.end(), '\n');
    const size_t bytes = record_.total_bytes();  // a header is read once more, without its line end
    take_fields(record);
    advance(bytes);
    line_ += lines;
    return true;
  }
  // Where the record would end cannot be known: give up this line, and go on behind it.
  reject(line, "", record_.error(),
         outcome == CsvRecord::Outcome::kIncomplete
             ? fmt::format("Close the quote, or set '{}disable-quote-character' = 'true' if quotes are ordinary text.",
                           settings_.form.option_prefix)
             : fmt::format("Write a quote inside quotes twice, or set '{}escape-character'.",
                           settings_.form.option_prefix));
  const size_t newline = rest.find('\n');
  advance(newline == std::string_view::npos ? rest.size() : newline + 1);
  ++line_;
  return true;
}

// The record's fields are in record_.
void CsvDecoder::take_fields(std::string_view record) {
  if (!is_ascii(record) && !is_valid_utf8(record)) {
    size_t valid = 0;
    for (size_t step = 0; (step = utf8_sequence(record.substr(valid))) != 0;) valid += step;
    return reject(record, "", fmt::format("it is not UTF-8 at character {}", utf8_length(record.substr(0, valid)) + 1),
                  "Convert the file to UTF-8, for example with `iconv -f latin1 -t utf-8`.");
  }
  if (header_pending_) return take_header(record);
  if (!check_field_count(record)) return;
  const size_t fields = std::min(record_.fields().size(), column_of_field_.size());
  for (size_t field = 0; field < fields; ++field) {
    const int32_t column = column_of_field_[field];
    if (column != kNotWanted && !set_field(record_.fields()[field], record_.is_copied(field), column, record)) return;
  }
  for (size_t field = fields; field < column_of_field_.size(); ++field) {  // only when parse errors are ignored
    const int32_t column = column_of_field_[field];
    if (column != kNotWanted && set_null(rows_.column(column), rows_.num_rows()) != ValueStatus::kOk)
      return errors_.ignore_record();
  }
  rows_.commit_row(line_);
}

void CsvDecoder::take_header(std::string_view record) {
  if (header_pending_) header_ = record;
  record_.read(record, settings_.dialect);
  header_pending_ = false;
  bind_header();
}

// Finds the columns wanted among the names in record_.
void CsvDecoder::bind_header() {
  const std::vector<std::string> names(record_.fields().begin(), record_.fields().end());
  column_of_field_.assign(names.size(), kNotWanted);
  for (size_t i = 0; i < settings_.projection.size(); ++i) {
    const std::string& wanted = settings_.table_columns[static_cast<size_t>(settings_.projection[i])];
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (found == names.end()) {
      const auto nearest = nearest_name(wanted, names);
      throw UserError(fmt::format("Column '{}' is not in the header of {}", wanted, split_),
                      fmt::format("{}The header names: {}. Without a header, set '{}header' = 'false'.",
                                  nearest ? fmt::format("Did you mean '{}'? ", *nearest) : "", fmt::join(names, ", "),
                                  settings_.form.option_prefix));
    }
    column_of_field_[static_cast<size_t>(found - names.begin())] = static_cast<int32_t>(i);
  }
  want_fields();
}

bool CsvDecoder::check_field_count(std::string_view record) {
  const size_t fields = record_.fields().size();
  const size_t wanted = column_of_field_.size();
  if (fields == wanted) return true;
  // One delimiter too many at the end is let pass, as by Flink.
  if (fields == wanted + 1 && record_.fields().back().empty()) return true;
  if (settings_.ignore_parse_errors && fields < wanted) {
    errors_.ignore_value();
    return true;
  }
  std::string hint;
  for (const char delimiter : {';', '\t', '|', ','}) {
    const auto count = static_cast<size_t>(std::count(record.begin(), record.end(), delimiter));
    if (delimiter != settings_.dialect.delimiter && count + 1 == wanted)
      hint = fmt::format("Set '{}field-delimiter' = '{}'.", settings_.form.option_prefix,
                         delimiter == '\t' ? "\\t" : std::string(1, delimiter));
  }
  reject(record, "",
         fmt::format("it has {}, but {} {}", plural(fields, "field"),
                     settings_.dialect.header ? "the header names" : "the table has", plural(wanted, "column")),
         std::move(hint));
  return false;
}

ValueStatus CsvDecoder::set_value(ColumnFiller& column, std::string_view text, bool copied) {
  const int32_t row = rows_.num_rows();
  if (settings_.dialect.null_literal && text == *settings_.dialect.null_literal) return set_null(column, row);
  if (column.type().is_character()) {
    copied ? column.copy_text(row, text) : column.set_text(row, text);
    return ValueStatus::kOk;
  }
  if (column.type().kind == TypeKind::kBoolean) {
    column.set(row, static_cast<uint8_t>(reads_true(text)));
    return ValueStatus::kOk;
  }
  return set_from_text(column, row, text, settings_.form);
}

bool CsvDecoder::set_field(std::string_view text, bool copied, int32_t column, std::string_view record) {
  ColumnFiller& filler = rows_.column(column);
  const ValueStatus status = set_value(filler, text, copied);
  if (status == ValueStatus::kOk) [[likely]]
    return true;
  if (status == ValueStatus::kNulled || (settings_.ignore_parse_errors && status != ValueStatus::kNotNull &&
                                         set_null(filler, rows_.num_rows()) == ValueStatus::kOk)) {
    errors_.ignore_value();
    return true;
  }
  ValueComplaint complaint = complain(status, filler.type(), text, settings_.form);
  if (text.empty() && status == ValueStatus::kMalformed)
    complaint = {fmt::format("an empty field is not {}", filler.type().with_nullable(true).to_string()),
                 fmt::format("Set '{}null-literal' = '' to read empty fields as NULL.", settings_.form.option_prefix)};
  const std::string& name =
      settings_.table_columns[static_cast<size_t>(settings_.projection[static_cast<size_t>(column)])];
  if (line_ == 1 && !settings_.dialect.header && same_word(text, name))
    complaint.hint =
        fmt::format("The first line names the columns: set '{}header' = 'true'.", settings_.form.option_prefix);
  reject(record, name, std::move(complaint.message), std::move(complaint.hint));
  return false;
}

void CsvDecoder::reject(std::string_view record, std::string column, std::string message, std::string hint) {
  if (header_pending_)  // leaving it out would make a record the header
    throw UserError(fmt::format("The header of {} cannot be read: line {}: {}", split_, line_, message),
                    std::move(hint));
  if (settings_.ignore_parse_errors) return errors_.ignore_record();
  RecordError error;
  error.format = "CSV";
  error.line = line_;
  error.column = std::move(column);
  error.message = std::move(message);
  error.hint = std::move(hint);
  error.raw = record;
  errors_.reject(split_, error);
}

}  // namespace tidemill
