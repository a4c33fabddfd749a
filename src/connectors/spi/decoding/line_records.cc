#include "connectors/spi/decoding/line_records.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/utf8.h"

namespace tidemill {
namespace {

constexpr size_t kTextBytes = size_t{1} << 20;  // given to the decoder at a time; longer messages are given alone

// A position that is not the start of a file, where a byte order mark or a header could be.
const DecoderPosition kWithin{1, 1, {}};

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// Appends JSON that has line breaks as one line. Outside strings they are white space; within one, where JSON forbids
// them and Flink reads them, they are written as JSON writes them.
void append_json_line(std::string_view json, std::string& out) {
  bool in_string = false;
  bool escaped = false;
  for (const char c : json) {
    if (c == '\n' || c == '\r') {
      out += in_string ? (c == '\n' ? "\\n" : "\\r") : " ";
    } else {
      out += c;
    }
    if (c == '"' && !escaped) in_string = !in_string;
    escaped = in_string && c == '\\' && !escaped;
  }
}

}  // namespace

LineRecordDecoder::LineRecordDecoder(const DecodingFormat& format, LineRecordSettings settings,
                                     RecordErrorTarget& errors)
    : settings_(settings), errors_(errors), decoder_(format.make_decoder("", kWithin, *this)) {}

void LineRecordDecoder::begin(std::string_view split, std::span<const Record> records) {
  split_ = split;
  records_ = records;
  taken_ = 0;
  lines_.clear();
}

std::optional<DecodedRows> LineRecordDecoder::next(int32_t max_rows) {
  for (;;) {
    if (!lines_.empty()) {
      if (std::optional<DecodedRows> rows = decoder_->next(max_rows, true)) {
        number_rows(*rows);
        return rows;
      }
    }
    if (!feed()) return std::nullopt;
  }
}

bool LineRecordDecoder::feed() {
  text_.clear();
  lines_.clear();
  alone_ = false;
  while (taken_ < records_.size() && !alone_ && text_.size() < kTextBytes && take(records_[taken_])) ++taken_;
  if (lines_.empty()) return false;
  decoder_->restart(kWithin);
  const std::span<char> room = decoder_->room(text_.size());
  std::memcpy(room.data(), text_.data(), text_.size());
  decoder_->filled(text_.size());
  decoder_->end_input();
  return true;
}

bool LineRecordDecoder::take(const Record& record) {
  std::string_view bytes = record.bytes;
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (record.null || is_blank(bytes)) {
    if (!record.null && !settings_.skips_empty) reject_empty(record);
    return true;
  }
  const bool breaks = std::memchr(bytes.data(), '\n', bytes.size()) != nullptr;
  if (breaks && settings_.inner == InnerLineBreaks::kOfText) {
    if (!lines_.empty()) return false;
    alone_ = true;
  }
  lines_.push_back(taken_);
  breaks && !alone_ ? append_json_line(bytes, text_) : void(text_ += bytes);
  text_ += '\n';
  return true;
}

void LineRecordDecoder::reject_empty(const Record& record) {
  errors_.reject(split_, {settings_.format, record.number, "", "it is empty", "", record.bytes});
}

const Record& LineRecordDecoder::record_of(int64_t line) const {
  const size_t index = alone_ ? 0 : static_cast<size_t>(line - 1);
  return records_[lines_[std::min(index, lines_.size() - 1)]];
}

void LineRecordDecoder::reject(std::string_view, const RecordError& error) {
  const Record& record = record_of(error.line);
  RecordError told = error;
  told.line = record.number;
  told.raw = record.bytes;
  errors_.reject(split_, told);
}

void LineRecordDecoder::number_rows(DecodedRows& rows) const {
  const int64_t first = record_of(rows.line(0)).number;
  const int64_t last = record_of(rows.line(rows.num_rows - 1)).number;
  const bool one_each = !rows.lines && !alone_ && last - first == rows.num_rows - 1;  // numbers ascend
  if (one_each) {
    rows.first_line = first;
    return;
  }
  std::vector<int64_t> numbers;
  numbers.reserve(static_cast<size_t>(rows.num_rows));
  for (int32_t row = 0; row < rows.num_rows; ++row) numbers.push_back(record_of(rows.line(row)).number);
  rows.first_line = first;
  rows.lines = std::make_shared<const std::vector<int64_t>>(std::move(numbers));
}

}  // namespace tidemill
