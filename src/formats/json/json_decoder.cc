#include "formats/json/json_decoder.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/error.h"
#include "base/utf8.h"
#include "data/json_scanner.h"

namespace tidemill {
namespace {

// Bytes indexed at a time: text and index stay in the second-level cache, and starting the index costs nothing beside.
constexpr size_t kWindowBytes = size_t{1} << 17;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

JsonDecoder::JsonDecoder(const JsonSettings& settings, std::string split, const DecoderPosition& position,
                         RecordErrorTarget& errors)
    : rows_(settings.types),
      row_(settings, std::move(split), rows_, errors),
      fast_path_(row_.keys(), row_.marks(), rows_, settings.form),
      has_text_(std::any_of(settings.types.begin(), settings.types.end(),
                            [](const Type& type) { return type.is_character(); })) {
  restart(position);
}

void JsonDecoder::restart(const DecoderPosition& position) {
  buffer_.clear();
  rows_.clear();
  window_ = {};
  cursor_ = 0;
  base_offset_ = position.byte_offset;
  line_ = position.line;
  elements_done_ = 0;
  element_offset_ = 0;
  returned_ = position;
  const char* const end = position.state.data() + position.state.size();
  if (!position.state.empty() && std::from_chars(position.state.data(), end, elements_done_).ptr != end)
    throw UserError(fmt::format("A saved position in {} is damaged: '{}'", row_.split(), position.state),
                    "The checkpoint cannot be used; restore an older one.");
}

std::optional<DecodedRows> JsonDecoder::next(int32_t max_rows, bool flush) {
  rows_.reserve(max_rows);
  while (!rows_.full()) {
    if (window_.empty() && !open_window()) break;
    if (has_text_) rows_.keep(buffer_.memory());
    if (indexed_) {
      decode_indexed();
    } else {
      decode_line();
    }
    if (cursor_ == window_.size()) close_window();
  }
  if (rows_.num_rows() == 0) {
    note_position();
    return std::nullopt;
  }
  if (!rows_.full() && !flush && !buffer_.ended()) return std::nullopt;
  note_position();
  return rows_.take();
}

void JsonDecoder::note_position() {
  returned_.byte_offset = base_offset_ + static_cast<int64_t>(cursor_);
  returned_.line = line_;
  returned_.state = elements_done_ > 0 ? std::to_string(elements_done_) : "";
}

bool JsonDecoder::open_window() {
  if (base_offset_ == 0 && std::string_view(buffer_.data(), buffer_.size()).starts_with(kByteOrderMark)) {
    buffer_.consume(kByteOrderMark.size());
    base_offset_ += static_cast<int64_t>(kByteOrderMark.size());
  }
  const std::string_view text(buffer_.data(), buffer_.size());
  if (text.empty()) return false;
  size_t end = text.substr(0, kWindowBytes).rfind('\n');
  if (end == std::string_view::npos && text.size() > kWindowBytes) end = text.find('\n', kWindowBytes);
  if (end == std::string_view::npos) {
    if (!buffer_.ended()) {
      if (text.size() > kRecordBytesMax)
        throw UserError(fmt::format("JSON record is too long: {} line {} has more than {} bytes", row_.split(), line_,
                                    kRecordBytesMax),
                        "A record must be one line: rewrite the file with `jq -c . FILE`.");
      return false;
    }
    end = text.size() - 1;
  }
  window_ = text.substr(0, end + 1);
  cursor_ = 0;
  token_ = 0;
  indexed_ = index_.build(window_.data(), window_.size());
  if (indexed_) fast_path_.begin(window_, index_.offsets());
  return true;
}

void JsonDecoder::close_window() {
  buffer_.consume(window_.size());
  base_offset_ += static_cast<int64_t>(window_.size());
  window_ = {};
  cursor_ = 0;
}

// Moves the cursor over lines that hold nothing, up to the line of offset `until`.
void JsonDecoder::skip_blank(size_t until) {
  for (;;) {
    const size_t newline = window_.substr(0, until).find('\n', cursor_);
    if (newline == std::string_view::npos) return;
    cursor_ = newline + 1;
    ++line_;
  }
}

std::string_view JsonDecoder::line_at_cursor() const {
  const size_t newline = window_.find('\n', cursor_);
  return window_.substr(cursor_, newline == std::string_view::npos ? newline : newline - cursor_);
}

// Moves the cursor to the next line.
void JsonDecoder::line_done(size_t line_bytes) {
  cursor_ = std::min(cursor_ + line_bytes + 1, window_.size());
  ++line_;
  elements_done_ = 0;
  element_offset_ = 0;
}

void JsonDecoder::decode_indexed() {
  const std::span<const uint32_t> offsets = index_.offsets();
  while (!rows_.full()) {
    if (token_ == offsets.size()) {
      skip_blank(window_.size());
      cursor_ = window_.size();  // an unfinished last line of spaces
      return;
    }
    const size_t begin = offsets[token_];
    if (begin != cursor_) skip_blank(begin);
    const size_t line_bytes = line_at_cursor().size();
    size_t at = token_;
    const size_t end = cursor_ + line_bytes;
    const bool taken = window_[begin] == '{' && fast_path_.read_object(at) && offsets[at - 1] < end &&
                       (at == offsets.size() || offsets[at] > end) && (row_.marks().all() || row_.set_missing());
    if (!taken) {
      decode_line();
      while (token_ < offsets.size() && offsets[token_] < cursor_) ++token_;
      continue;
    }
    rows_.commit_row(line_);
    line_done(line_bytes);
    token_ = at;
  }
}

void JsonDecoder::decode_line() {
  const std::string_view line = line_at_cursor();
  if (is_blank(line)) return line_done(line.size());
  if (element_offset_ == 0 && !row_.check(record_of(line))) return line_done(line.size());
  JsonScanner scanner(line);
  const char first = scanner.peek();
  if (first == '[') {
    if (decode_array(line)) line_done(line.size());
    return;
  }
  if (first == '{') {
    if (row_.read(line, record_of(line))) rows_.commit_row(line_);
  } else {
    row_.reject(record_of(line), "", "it is not an object {…}", "");
  }
  line_done(line.size());
}

bool JsonDecoder::decode_array(std::string_view line) {
  JsonScanner scanner(line);
  scanner.enter('[');
  int64_t skip = element_offset_ == 0 ? elements_done_ : 0;
  if (element_offset_ > 0) scanner.resume(element_offset_);
  for (;;) {
    if (rows_.full() && skip == 0) {
      element_offset_ = scanner.offset();
      return false;
    }
    if (!scanner.next_element()) return true;
    const JsonToken element = *scanner.value();
    if (skip > 0) {
      --skip;
      continue;
    }
    ++elements_done_;
    if (element.kind == JsonKind::kObject) {
      if (row_.read(element.text, record_of(line))) rows_.commit_row(line_);
    } else {
      row_.reject(record_of(line), "", fmt::format("element {} of the array is not an object {{…}}", elements_done_),
                  "");
    }
  }
}

}  // namespace tidemill
