#include "formats/json/debezium_decoder.h"

#include <charconv>

#include "base/error.h"
#include "base/utf8.h"
#include "data/json_scanner.h"
#include "data/json_text.h"

namespace tidemill {
namespace {

constexpr std::string_view kReplicaIdentity =
    "A PostgreSQL table gives its old rows after ALTER TABLE … REPLICA IDENTITY FULL.";

}  // namespace

DebeziumDecoder::DebeziumDecoder(const DebeziumSettings& settings, std::string split, const DecoderPosition& position,
                                 RecordErrorTarget& errors)
    : settings_(settings),
      errors_(errors),
      rows_(settings.types),
      row_(settings.rows, std::move(split), rows_, errors) {
  restart(position);
}

void DebeziumDecoder::restart(const DecoderPosition& position) {
  buffer_.clear();
  rows_.clear();
  changes_.clear();
  messages_.clear();
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

std::optional<DecodedRows> DebeziumDecoder::next(int32_t max_rows, bool flush) {
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

void DebeziumDecoder::note_position() {
  returned_.byte_offset = base_offset_;
  returned_.line = line_.line;
  returned_.state = done_ > 0 ? std::to_string(done_) : "";
}

bool DebeziumDecoder::open_line() {
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

void DebeziumDecoder::close_line() {
  buffer_.consume(line_bytes_);
  base_offset_ += static_cast<int64_t>(line_bytes_);
  ++line_.line;
  line_.text = {};
  line_bytes_ = 0;
  changes_.clear();
  messages_.clear();
  done_ = 0;
}

void DebeziumDecoder::read_line() {
  report_ = done_ == 0;
  if (line_.text.find_first_not_of(" \t\r") == std::string_view::npos) return;
  if (!row_.check(line_)) return;
  JsonScanner scanner(line_.text);
  if (scanner.peek() != '[') return read_message(*scanner.value());
  scanner.enter('[');
  while (scanner.next_element()) read_message(*scanner.value());
}

void DebeziumDecoder::read_message(const JsonToken& token) {
  DebeziumMessage message;
  if (read_members(token, message)) add_changes(message);
}

bool DebeziumDecoder::read_members(const JsonToken& token, DebeziumMessage& message) {
  if (token.kind != JsonKind::kObject) {
    reject("it is not an object {…}");
    return false;
  }
  JsonToken payload = token;
  const auto read = [](const JsonToken& object, const auto& take) {
    JsonScanner scanner(object.text);
    scanner.enter('{');
    while (const auto key = scanner.next_key()) take(key->text, *scanner.value());
  };
  if (settings_.schema_include) {
    payload = {};
    read(token, [&](std::string_view key, const JsonToken& value) {
      if (key == "payload") payload = value;
      if (key == "schema") message.schema = value;
    });
    if (payload.kind != JsonKind::kObject) {
      reject("it has no \"payload\" {…}",
             fmt::format("Set '{}schema-include' = 'false' where messages come without their schema.",
                         settings_.rows.form.option_prefix));
      return false;
    }
  }
  read(payload, [&](std::string_view key, const JsonToken& value) {
    if (key == "before") message.before = value;
    if (key == "after") message.after = value;
    if (key == "op") message.op = value;
    if (key == "source") message.source = value;
    if (key == "ts_ms") message.time = value;
  });
  return true;
}

bool DebeziumDecoder::has_row(const JsonToken& token, std::string_view member, std::string_view op) {
  if (token.kind == JsonKind::kObject) return true;
  const bool before_is_null = member == "before" && token.kind == JsonKind::kNull;
  if (before_is_null) {
    reject(fmt::format("The \"before\" field of {} message is null, if you are using Debezium Postgres Connector, "
                       "please check the Postgres table has been set REPLICA IDENTITY to FULL level",
                       op),
           std::string(kReplicaIdentity));
  } else {
    reject(fmt::format("its \"{}\" is not an object {{…}}, as {} demands", member, op));
  }
  return false;
}

void DebeziumDecoder::add_changes(const DebeziumMessage& message) {
  std::string op;
  if (message.op.kind == JsonKind::kNull) return reject("it has no \"op\"");
  if (!append_json_unescaped(message.op.text, op)) op = message.op.text;
  const bool create = op == "c" || op == "r";
  const bool update = op == "u";
  if (!create && !update && op != "d") {
    return reject(fmt::format("Unknown \"op\" value \"{}\"", op), "c, r, u and d are known.");
  }
  const std::string_view name = create ? "CREATE" : update ? "UPDATE" : "DELETE";
  if (!create && !has_row(message.before, "before", name)) return;
  if (op != "d" && !has_row(message.after, "after", name)) return;
  // Both rows of an update must be readable before one of them goes out.
  if (!create && !row_.read(message.before.text, line_, kReplicaIdentity, report_)) return;
  if (op != "d" && !row_.read(message.after.text, line_, {}, report_)) return;
  const size_t place = messages_.size();
  if (create) changes_.push_back({RowKind::kInsert, message.after.text, place});
  if (update) {
    changes_.push_back({RowKind::kUpdateBefore, message.before.text, place});
    changes_.push_back({RowKind::kUpdateAfter, message.after.text, place});
  }
  if (op == "d") changes_.push_back({RowKind::kDelete, message.before.text, place});
  messages_.push_back(message);
}

void DebeziumDecoder::commit(const Change& change) {
  CHECK(row_.read(change.object, line_, {}, false));
  const auto first = static_cast<int32_t>(settings_.rows.names.size());
  const bool all = set_debezium_metadata(settings_.metadata, messages_[change.message], settings_.rows.form, first,
                                         rows_) == ValueStatus::kOk;
  if (!all) errors_.ignore_value();
  rows_.commit_row(line_.line, change.kind);
}

void DebeziumDecoder::reject(std::string message, std::string hint) {
  if (report_) row_.reject(line_, "", std::move(message), std::move(hint));
}

}  // namespace tidemill
