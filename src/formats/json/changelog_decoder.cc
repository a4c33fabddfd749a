#include "formats/json/changelog_decoder.h"

#include <charconv>

#include "base/error.h"
#include "base/utf8.h"
#include "data/json_scanner.h"

namespace tidemill {
ChangelogDecoder::ChangelogDecoder(const ChangelogSettings& settings, std::string split,
                                   const DecoderPosition& position, RecordErrorTarget& errors)
    : settings_(settings),
      errors_(errors),
      rows_(settings.types),
      row_(settings.rows, std::move(split), rows_, errors) {
  restart(position);
}

void ChangelogDecoder::restart(const DecoderPosition& position) {
  buffer_.clear();
  rows_.clear();
  changes_.clear();
  line_ = {{}, position.line};
  line_bytes_ = 0;
  base_offset_ = position.byte_offset;
  done_ = 0;
  returned_ = position;
  const char* const end = position.state.data() + position.state.size();
  if (!position.state.empty() && std::from_chars(position.state.data(), end, done_).ptr != end)
    throw UserError(fmt::format("A saved position in {} is damaged: '{}'", row_.split(), position.state),
                    "The checkpoint cannot be used; restore an older one.");
}

std::optional<DecodedRows> ChangelogDecoder::next(int32_t max_rows, bool flush) {
  rows_.reserve(max_rows);
  while (!rows_.full()) {
    if (line_bytes_ == 0) {
      if (!open_line()) break;
      read_line();
    }
    rows_.keep(buffer_.memory());
    while (done_ < changes_.size() && !rows_.full()) commit(changes_[done_++]);
    if (done_ >= changes_.size()) close_line();
  }
  if (rows_.num_rows() > 0 && !rows_.full() && !flush && !buffer_.ended()) return std::nullopt;
  note_position();
  if (rows_.num_rows() == 0) return std::nullopt;
  return rows_.take();
}

void ChangelogDecoder::note_position() {
  returned_.byte_offset = base_offset_;
  returned_.line = line_.line;
  returned_.state = done_ > 0 ? std::to_string(done_) : "";
}

bool ChangelogDecoder::open_line() {
  if (base_offset_ == 0 && std::string_view(buffer_.data(), buffer_.size()).starts_with(kByteOrderMark)) {
    buffer_.consume(kByteOrderMark.size());
    base_offset_ += static_cast<int64_t>(kByteOrderMark.size());
  }
  const std::string_view text(buffer_.data(), buffer_.size());
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    if (text.size() > kRecordBytesMax)
      throw UserError(fmt::format("{} record is too long: {} line {} has more than {} bytes",
                                  settings_.rows.format_name, row_.split(), line_.line, kRecordBytesMax),
                      "A message must be one line.");
    if (text.empty() || !buffer_.ended()) return false;
  }
  line_.text = text.substr(0, end);
  line_bytes_ = std::min(line_.text.size() + 1, text.size());
  return true;
}

void ChangelogDecoder::close_line() {
  buffer_.consume(line_bytes_);
  base_offset_ += static_cast<int64_t>(line_bytes_);
  ++line_.line;
  line_.text = {};
  line_bytes_ = 0;
  changes_.clear();
  done_ = 0;
}

void ChangelogDecoder::read_line() {
  report_ = done_ == 0;
  if (line_.text.find_first_not_of(" \t\r") == std::string_view::npos) return;
  members_.clear();
  if (!row_.check(line_, &members_)) return;
  const size_t first = line_.text.find_first_not_of(" \t\r");
  if (line_.text[first] == '{') {
    const std::string_view object = line_.text.substr(first, line_.text.rfind('}') + 1 - first);
    return read_message({JsonKind::kObject, false, object}, members_);
  }
  auto scanner = JsonScanner::of_checked(line_.text);
  if (scanner.peek() != '[') return read_message(*scanner.value(), {});
  scanner.enter('[');
  while (scanner.next_element()) {
    const JsonToken message = *scanner.value();
    read_message(message, members_of(message));
  }
}

void ChangelogDecoder::read_message(const JsonToken& message, std::span<const JsonMember> members) {
  if (message.kind != JsonKind::kObject) return reject("it is not an object {…}");
  ToldRows told = settings_.dialect->read(members);
  if (!told.complaint.empty()) return reject(std::move(told.complaint), std::move(told.hint));
  const bool several = told.rows.size() > 1;
  // All rows must be readable before one of them goes out.
  if (several)
    for (const ToldRow& row : told.rows)
      if (!set_row(row, report_)) return;
  for (const ToldRow& row : told.rows) changes_.push_back({row, message, several});
}

bool ChangelogDecoder::set_row(const ToldRow& row, bool report) {
  return row_.read(row.object, line_, row.why_null, report) &&
         (row.replaced.empty() || row_.replace(row.replaced, line_, row.why_null, report));
}

void ChangelogDecoder::commit(const Change& change) {
  if (!set_row(change.row, !change.readable)) {
    CHECK(!change.readable);
    return;
  }
  const auto first = static_cast<int32_t>(settings_.rows.names.size());
  const bool all =
      set_message_metadata(settings_.metadata, change.message, settings_.rows.form, first, rows_) == ValueStatus::kOk;
  if (!all) errors_.ignore_value();
  rows_.commit_row(line_.line, change.row.kind);
}

void ChangelogDecoder::reject(std::string message, std::string hint) {
  if (report_) row_.reject(line_, "", std::move(message), std::move(hint));
}

}  // namespace tidemill
