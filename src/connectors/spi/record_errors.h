// connectors/spi/record_errors.h - what becomes of a record that cannot be read. Rule: it ends the job, or it is
// counted; nothing is dropped unseen.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/spi/options.h"
#include "connectors/spi/source.h"
#include "env/environment.h"

namespace tidemill {

enum class RecordErrorPolicy : uint8_t {
  kFail,        // a UserError that names the place
  kSkip,        // counted
  kDeadLetter,  // counted, written to a dead-letter file where there is a path, and given to who reads <table>$errors
};

// The message that a record is a part of; null: it has none.
struct RejectedMessage {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
};

// A record, or one value of it, that does not have the form its table declares.
struct RecordError {
  std::string_view format;                            // "JSON"
  int64_t line = 0;                                   // of the split, from 1; of messages: offset
  std::string column = {};                            // empty: the record as a whole
  std::string message = {};                           // what is wrong, with the text it is about
  std::string hint = {};                              // what to do; may be empty
  std::string_view raw = {};                          // the record, as it is shown: its bytes, or what stands for them
  std::optional<RejectedMessage> message_bytes = {};  // null: raw is the whole record
};

// How a table treats such records, from its options.
struct RecordErrorSettings {
  RecordErrorPolicy policy = RecordErrorPolicy::kFail;
  std::string dead_letter_path;  // a directory; only with kDeadLetter; empty: no files
};

// Returns 'record.error-policy' and 'record.dead-letter.path'.
std::span<const OptionSpec> record_error_options();
// Throws UserError where the two do not go together.
RecordErrorSettings record_error_settings(const Options& options);
// Where a source with these settings gives such records.
RejectedRecords rejected_records(const RecordErrorSettings& settings);

// Told by a decoder what it leaves out. One thread.
class RecordErrorTarget {
 public:
  virtual ~RecordErrorTarget() = default;
  // Takes a record of `split` that is left out. May throw, which ends the decoding.
  virtual void reject(std::string_view split, const RecordError& error) = 0;
  // Counts a value that became NULL because the format was told to ignore parse errors.
  virtual void ignore_value() = 0;
  // Counts a record that the format was told to leave out.
  virtual void ignore_record() = 0;
};

// One a reader, on its task thread. Counts; under kDeadLetter it keeps the records for take_rejected(), and with a path
// it writes JSON lines {split, offset, error, raw} to <path>/<table>-<subtask>-<number>.jsonl, a new file each attempt.
// A line is durable before the position behind its record can be saved: call flush() at the end of every poll that
// decoded something. After a restore lines can come twice, with the same split and offset.
class RecordErrors final : public RecordErrorTarget {
 public:
  // `place` is what the number of a record counts, for errors: "line" or "offset".
  RecordErrors(RecordErrorSettings settings, std::string table, Environment& environment, const Subtask& subtask,
               std::string_view place = "line");
  ~RecordErrors() override;

  // Throws UserError under kFail.
  void reject(std::string_view split, const RecordError& error) override;
  void ignore_value() override { ++count_; }
  void ignore_record() override { ++count_; }
  // Counts records and values that somebody else has left out.
  void leave_out(int64_t count) { count_ += count; }
  // Makes the dead letters so far durable.
  void flush();
  // Returns the records since the last call, for ReadResult::rejected. To be called where the reader's positions are
  // behind all of them.
  std::vector<RejectedRecord> take_rejected() { return std::exchange(rejected_, {}); }
  // numRecordsInErrors.
  int64_t count() const { return count_; }

 private:
  void keep(std::string_view split, const RecordError& error);
  void write_letter(std::string_view split, const RecordError& error);

  RecordErrorSettings settings_;
  std::string table_;
  FileSystem& files_;
  Subtask subtask_;
  std::string_view place_;
  int64_t count_ = 0;
  std::unique_ptr<WritableFile> file_;
  std::string letters_;  // not yet written
  std::vector<RejectedRecord> rejected_;
};

}  // namespace tidemill
