#include "connectors/spi/record_errors.h"

#include <array>

#include "base/check.h"
#include "base/error.h"
#include "base/utf8.h"
#include "env/durable_name.h"

namespace tidemill {
namespace {

constexpr size_t kShownRawBytesMax = 200;  // enough to see what is wrong, short enough for a terminal

// Appends `text` as a JSON string. Bytes that are not UTF-8 become U+FFFD, so that the line stays readable.
void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  size_t i = 0;
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += static_cast<char>(c);
      } else if (c < 0x20) {
        out += fmt::format("\\u{:04x}", c);
      } else {
        out += static_cast<char>(c);
      }
      ++i;
      continue;
    }
    const size_t length = decode_utf8(text.substr(i)).bytes;
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  out += '"';
}

std::string shown_raw(std::string_view raw) {
  if (raw.size() <= kShownRawBytesMax) return std::string(raw);
  return std::string(raw.substr(0, kShownRawBytesMax)) + "…";
}

std::string error_text(const RecordError& error) {
  if (error.column.empty()) return error.message;
  return fmt::format("column '{}': {}", error.column, error.message);
}

}  // namespace

std::span<const OptionSpec> record_error_options() {
  static const std::vector<OptionSpec> kOptions = {
      {"record.error-policy",
       OptionType::kEnum,
       "What becomes of a record that cannot be read: fail ends the job, skip counts it, dead-letter also gives it to "
       "whoever reads TABLE$errors and writes it to 'record.dead-letter.path'.",
       "fail",
       false,
       {"fail", "skip", "dead-letter"}},
      {"record.dead-letter.path", OptionType::kPath,
       "Directory for records that cannot be read, as JSON lines {split, offset, error, raw}."},
  };
  return kOptions;
}

RecordErrorSettings record_error_settings(const Options& options) {
  RecordErrorSettings settings;
  const std::string& policy = options.text("record.error-policy");
  if (policy == "skip") settings.policy = RecordErrorPolicy::kSkip;
  if (policy == "dead-letter") settings.policy = RecordErrorPolicy::kDeadLetter;
  settings.dead_letter_path = options.find_text("record.dead-letter.path").value_or("");
  const bool dead_letters = settings.policy == RecordErrorPolicy::kDeadLetter;
  if (!dead_letters && !settings.dead_letter_path.empty())
    throw UserError("'record.dead-letter.path' has no effect without 'record.error-policy' = 'dead-letter'",
                    "Add 'record.error-policy' = 'dead-letter', or take the path out.");
  return settings;
}

RejectedRecords rejected_records(const RecordErrorSettings& settings) {
  if (settings.policy != RecordErrorPolicy::kDeadLetter) return RejectedRecords::kCounted;
  return settings.dead_letter_path.empty() ? RejectedRecords::kOnlyGiven : RejectedRecords::kGiven;
}

RecordErrors::RecordErrors(RecordErrorSettings settings, std::string table, Environment& environment,
                           const Subtask& subtask, std::string_view place)
    : settings_(std::move(settings)),
      table_(std::move(table)),
      files_(environment.files),
      subtask_(subtask),
      place_(place) {}

RecordErrors::~RecordErrors() = default;

void RecordErrors::reject(std::string_view split, const RecordError& error) {
  if (settings_.policy == RecordErrorPolicy::kFail)
    throw UserError(fmt::format("Table '{}': {} record cannot be read: {} {} {}: {}; the record is: {}", table_,
                                error.format, split, place_, error.line, error_text(error), shown_raw(error.raw)),
                    error.hint.empty()
                        ? "Set 'record.error-policy' to skip or dead-letter to go on without such records."
                        : error.hint);
  ++count_;
  if (settings_.policy != RecordErrorPolicy::kDeadLetter) return;
  keep(split, error);
  if (!settings_.dead_letter_path.empty()) write_letter(split, error);
}

void RecordErrors::keep(std::string_view split, const RecordError& error) {
  RejectedRecord& record = rejected_.emplace_back();
  record.split = split;
  record.offset = error.line;
  record.format = error.format;
  record.column = error.column;
  record.message = error.message;
  const RejectedMessage message = error.message_bytes.value_or(RejectedMessage{std::nullopt, error.raw});
  if (message.key) record.raw_key.emplace(*message.key);
  if (message.value) record.raw.emplace(*message.value);
}

void RecordErrors::write_letter(std::string_view split, const RecordError& error) {
  letters_ += "{\"split\":";
  append_json_string(split, letters_);
  letters_ += fmt::format(",\"offset\":{},\"error\":", error.line);
  append_json_string(error_text(error), letters_);
  letters_ += ",\"raw\":";
  append_json_string(error.raw, letters_);
  letters_ += "}\n";
}

void RecordErrors::flush() {
  if (letters_.empty()) return;
  if (!file_) {
    files_.create_directories(settings_.dead_letter_path);
    std::string path;
    int64_t number = 0;
    do {
      path = fmt::format("{}/{}-{}-{}.jsonl", settings_.dead_letter_path, table_, subtask_.index, number++);
    } while (files_.exists(path));
    file_ = files_.open_write(path);
    files_.sync_directory(settings_.dead_letter_path);
    make_name_durable(files_, settings_.dead_letter_path);
  }
  file_->append(letters_);
  file_->sync();
  letters_.clear();
}

}  // namespace tidemill
