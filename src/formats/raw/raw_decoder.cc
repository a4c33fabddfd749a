#include "formats/raw/raw_decoder.h"

#include "base/error.h"

namespace tidemill {
namespace {

std::vector<Type> column_types(const RawSettings& settings) {
  return settings.wanted ? std::vector<Type>{settings.type} : std::vector<Type>{};
}

void reject(RecordErrorTarget& errors, const RawSettings& settings, std::string_view split, int64_t line,
            std::string_view record, const RawComplaint& complaint) {
  errors.reject(split, {"raw", line, settings.column, complaint.message, complaint.hint, record});
}

}  // namespace

RawDecoder::RawDecoder(const RawSettings& settings, std::string split, const DecoderPosition& position,
                       RecordErrorTarget& errors)
    : settings_(settings), split_(std::move(split)), errors_(errors), rows_(column_types(settings)) {
  restart(position);
}

void RawDecoder::restart(const DecoderPosition& position) {
  buffer_.clear();
  rows_.clear();
  next_ = position;
  returned_ = position;
}

std::optional<DecodedRows> RawDecoder::next(int32_t max_rows, bool flush) {
  rows_.reserve(max_rows);
  while (!rows_.full() && decode_line()) {
  }
  if (rows_.num_rows() > 0 && !rows_.full() && !flush && !buffer_.ended()) return std::nullopt;
  returned_ = next_;
  if (rows_.num_rows() == 0) return std::nullopt;
  return rows_.take();
}

bool RawDecoder::decode_line() {
  const std::string_view text(buffer_.data(), buffer_.size());
  if (text.empty()) return false;
  const size_t newline = text.find('\n');
  if (newline == std::string_view::npos && !buffer_.ended()) {
    if (text.size() <= kRecordBytesMax) return false;
    throw UserError(
        fmt::format("raw record is too long: {} line {} has more than {} bytes", split_, next_.line, kRecordBytesMax),
        "Is this a file with line breaks? Each line is a record.");
  }
  std::string_view line = text.substr(0, newline);
  const size_t bytes = newline == std::string_view::npos ? line.size() : line.size() + 1;
  if (newline != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  rows_.keep(buffer_.memory());
  std::optional<RawComplaint> complaint;
  if (settings_.wanted) complaint = set_raw_value(rows_.column(0), rows_.num_rows(), line, true, settings_, scratch_);
  if (complaint) {
    reject(errors_, settings_, split_, next_.line, line, *complaint);
  } else {
    rows_.commit_row(next_.line);
  }
  buffer_.consume(bytes);
  next_.byte_offset += static_cast<int64_t>(bytes);
  ++next_.line;
  return true;
}

RawRecordDecoder::RawRecordDecoder(const RawSettings& settings, RecordErrorTarget& errors)
    : settings_(settings), errors_(errors), rows_(column_types(settings)) {}

void RawRecordDecoder::begin(std::string_view split, std::span<const Record> records) {
  split_ = split;
  records_ = records;
  rows_.clear();
}

std::optional<DecodedRows> RawRecordDecoder::next(int32_t max_rows) {
  rows_.reserve(max_rows);
  while (!rows_.full() && !records_.empty()) {
    decode(records_.front());
    records_ = records_.subspan(1);
  }
  if (rows_.num_rows() == 0) return std::nullopt;
  return rows_.take();
}

void RawRecordDecoder::decode(const Record& record) {
  if (settings_.wanted) {
    ColumnFiller& column = rows_.column(0);
    const auto complaint = record.null
                               ? set_raw_null(column, rows_.num_rows())
                               : set_raw_value(column, rows_.num_rows(), record.bytes, false, settings_, scratch_);
    if (complaint) return reject(errors_, settings_, split_, record.number, record.bytes, *complaint);
  }
  rows_.commit_row(record.number);
}

}  // namespace tidemill
