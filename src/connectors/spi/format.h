// connectors/spi/format.h - turns bytes into columns and rows into bytes. Rule: a decoder owns where records begin and
// end, and can go on from any position it has told, giving the same rows at any chunk size.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/column_condition.h"
#include "connectors/spi/options.h"
#include "connectors/spi/record_errors.h"
#include "connectors/spi/records.h"
#include "data/batch.h"

namespace tidemill {

// Where decoding goes on.
struct DecoderPosition {
  int64_t byte_offset = 0;  // from the start of the split
  int64_t line = 1;         // number of the line that starts there
  std::string state;        // the format's own (e.g. the CSV header); may be empty
  bool operator==(const DecoderPosition&) const = default;

  // Returns bytes for Split::position, and reads them back (empty text: the start). Throws UserError on other text.
  std::string to_string() const;
  static DecoderPosition parse(std::string_view text);
};

// Rows of one split, in order.
struct DecodedRows {
  std::vector<ColumnPtr> columns;  // those of FormatRequest::projection, then those of FormatRequest::metadata
  int32_t num_rows = 0;
  std::vector<RowKind> kinds;                         // empty: every row is an insert
  int64_t first_line = 0;                             // of row 0; row i is on first_line + i where `lines` is null
  std::shared_ptr<const std::vector<int64_t>> lines;  // line on which each row starts
  int64_t line(int32_t row) const { return lines ? (*lines)[static_cast<size_t>(row)] : first_line + row; }
};

// Decodes one split. One thread at a time.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // Returns room for at least `bytes` bytes (in memory that decoded texts may point into). The caller fills it with
  // what follows in the split and says how much that was with filled(). Requires: next() gave nullopt, or nothing yet.
  virtual std::span<char> room(size_t bytes) = 0;
  virtual void filled(size_t bytes) = 0;
  // The split has ended: what is left is a record even without a line end.
  virtual void end_input() = 0;
  // Returns max_rows rows; fewer (at least 1) where no more input is there and `flush` asks for what there is, or the
  // input has ended. nullopt: more input is wanted (after end_input(): all is read). Rows that wait for more input are
  // given with the next call, which must ask for as many. Records that cannot be read go to the RecordErrorTarget given
  // at construction; what that throws comes out of here, and only restart() may follow.
  virtual std::optional<DecodedRows> next(int32_t max_rows, bool flush) = 0;
  // Returns the position just after the last row returned, or the last record left out behind it.
  virtual DecoderPosition position() const = 0;
  // Goes on at another position of the split, and forgets text and rows that it holds. Throws UserError as the
  // construction does.
  virtual void restart(const DecoderPosition& position) = 0;
  // Returns how many bytes the decoder holds: text not decoded yet, rows not returned yet, scratch.
  virtual size_t memory_bytes() const = 0;
};

// Decodes a file by an index that it has in itself (Parquet), not from its start on. Reading may be done ahead on the
// I/O pool; all else on one thread at a time.
class FileDecoder {
 public:
  virtual ~FileDecoder() = default;
  // Returns up to max_rows rows, in order; nullopt: they are not read yet, or ended(). The line of a row is its number
  // in the file, from 1. Throws UserError for a file that cannot be read, and TransientError of the file.
  virtual std::optional<DecodedRows> next(int32_t max_rows) = 0;
  // True where all rows were returned.
  virtual bool ended() const = 0;
  // Returns what reads the next rows, max_rows of them a piece; it may block, throws nothing, and may outlive the
  // decoder. Empty: that is under way, or done and not returned yet, or all is read.
  virtual std::function<void()> read_ahead(int32_t max_rows) = 0;
  // Returns the position just after the last row returned: its line.
  virtual DecoderPosition position() const = 0;
  // Returns how many bytes it holds, what was read ahead included.
  virtual size_t memory_bytes() const = 0;
};

// Bytes of one record at most: more is an error, since a record must fit in memory.
constexpr size_t kRecordBytesMax = size_t{64} << 20;

// How a text can be cut into stretches of whole records that are decoded apart from each other.
enum class RecordEnds : uint8_t {
  kUnknown,     // only by decoding it from the start
  kLineBreaks,  // behind any line break
  kScanned,     // where DecodingFormat::whole_records says
};

// A format bound to a table's columns and options. Immutable, shared by readers; outlives the decoders it makes.
class DecodingFormat {
 public:
  virtual ~DecodingFormat() = default;
  // `split` names the split in errors; `errors` is borrowed and outlives the decoder.
  virtual std::unique_ptr<Decoder> make_decoder(std::string split, const DecoderPosition& position,
                                                RecordErrorTarget& errors) const = 0;
  // Returns how the text behind `position`, which stands between two records, can be cut. What lies behind a cut is
  // decoded from a position with the same `state`. Any thread.
  virtual RecordEnds record_ends(const DecoderPosition& position) const {
    (void)position;
    return RecordEnds::kUnknown;
  }
  // Returns how many bytes of `text`, which starts where a record does and may break off anywhere, are whole records;
  // 0: not one is. Requires: record_ends() said kScanned. Any thread.
  virtual size_t whole_records(std::string_view text) const {
    (void)text;
    return 0;
  }
  // Returns what decodes messages instead of a split of text; null: the format is for files only. The arguments are
  // borrowed and outlive the decoder.
  virtual std::unique_ptr<RecordDecoder> make_record_decoder(Environment& environment,
                                                             RecordErrorTarget& errors) const {
    (void)environment, (void)errors;
    return nullptr;
  }
  // Returns what decodes a file by its own index; null: files are text, for make_decoder(). `split` names the file in
  // errors. Blocks. Throws UserError as FileDecoder::next, and where a library is missing.
  virtual std::unique_ptr<FileDecoder> make_file_decoder(Environment& environment, std::shared_ptr<ReadableFile> file,
                                                         const std::string& split,
                                                         const DecoderPosition& position) const {
    (void)environment, (void)file, (void)split, (void)position;
    return nullptr;
  }
  // True where FormatRequest::conditions may make it leave rows out.
  virtual bool takes_conditions() const { return false; }
  // False where rows come with kinds other than +I.
  virtual bool append_only() const { return true; }
};

// Encodes rows of one file after the other. One thread.
class Encoder {
 public:
  virtual ~Encoder() = default;
  // Appends what a file starts with (the CSV header).
  virtual void begin_file(std::string& out) { (void)out; }
  // Appends every row of `batch`, each with its line end. Row kinds are written where the format takes changes.
  virtual void encode(const Batch& batch, std::string& out) = 0;
  // Appends what a file ends with. Nothing is encoded afterwards but another file.
  virtual void end_file(std::string& out) { (void)out; }
  // Returns how many bytes it holds back.
  virtual size_t memory_bytes() const { return 0; }
};

// The same for writing. Immutable; outlives the encoders it makes.
class EncodingFormat {
 public:
  virtual ~EncodingFormat() = default;
  virtual std::unique_ptr<Encoder> make_encoder() const = 0;
  // Returns what encodes one file, or several of them in turn. Throws UserError where a library is missing.
  virtual std::unique_ptr<Encoder> make_file_encoder(Environment& environment) const {
    (void)environment;
    return make_encoder();
  }
  // Returns what encodes messages; null: the format is for files only. `environment` is borrowed.
  virtual std::unique_ptr<RecordEncoder> make_record_encoder(Environment& environment) const {
    (void)environment;
    return nullptr;
  }
  // True where rows of every kind can be written; otherwise only +I can.
  virtual bool takes_changes() const { return false; }
};

// A metadata column that a connector or a format offers: name TYPE METADATA FROM 'key'.
struct MetadataKey {
  std::string key;
  Type type;  // what sources give and sinks take; the planner casts from and to the declared type
  bool readable = true;
  bool writable = false;
  std::string doc;
};

// What a format is bound to.
struct FormatRequest {
  std::string table;                       // for errors
  SchemaPtr physical;                      // every physical column of the table, in order
  std::vector<int32_t> projection;         // decoding: the columns wanted, in output order, indices into `physical`
  Options options;                         // the format's own, without its prefix
  bool policy_written = false;             // 'record.error-policy' is set: the format's ignore-parse-errors may not be
  std::vector<std::string> metadata = {};  // decoding: keys of Format::metadata_keys() that are wanted, in output order
  // Decoding: rows that do not satisfy all of them may be left out; over the columns of `physical`.
  std::vector<ColumnCondition> conditions = {};
  bool messages = false;     // records are keys or values of messages, not parts of files
  std::string subject = {};  // messages: "<topic>-key" or "<topic>-value"; empty: of several topics
};

// Throws UserError where both the format's 'ignore-parse-errors' and 'record.error-policy' are written: each says what
// becomes of a bad record.
void require_one_policy(const FormatRequest& request);

// Text from the start of a file, from which columns are inferred.
struct FormatSample {
  std::string path;  // of the file, for errors
  std::string text;  // whole lines
};

// What a format makes of a sample.
struct InferredColumns {
  std::vector<Field> columns;
  OptionMap options;  // the format's own, without its prefix, that must be set to read the file so
};

// Records looked at to infer columns.
constexpr int32_t kInferredRecordsMax = 1000;

// A kind of encoding, by name. Immutable.
class Format {
 public:
  virtual ~Format() = default;
  virtual std::string_view name() const = 0;  // also the prefix of its options
  virtual std::string_view doc() const = 0;
  virtual std::vector<OptionSpec> options() const = 0;  // without the prefix
  // False where it is for files only: there is no record to be a message.
  virtual bool has_messages() const { return true; }
  // What decoders can tell of a record besides its columns.
  virtual std::vector<MetadataKey> metadata_keys() const { return {}; }
  // Both throw UserError for options that do not go together and for types the format cannot hold.
  virtual std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const = 0;
  virtual std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const = 0;
  // Infers columns from the first kInferredRecordsMax records. Throws UserError naming the line that cannot be read.
  virtual InferredColumns infer(const FormatSample& sample) const = 0;
  // Returns what files of the format begin with; empty: nothing that would tell it.
  virtual std::string_view magic() const { return ""; }
  // The same from the whole file; nullopt: infer() does it.
  virtual std::optional<InferredColumns> infer_file(Environment& environment, std::shared_ptr<ReadableFile> file,
                                                    const std::string& path) const {
    (void)environment, (void)file, (void)path;
    return std::nullopt;
  }
};

class FormatRegistry {
 public:
  // Requires: no format of this name yet.
  void add(std::unique_ptr<const Format> format);
  // Throws UserError with the nearest name and the list.
  const Format& get(std::string_view name) const;
  bool contains(std::string_view name) const { return formats_.find(name) != formats_.end(); }
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::unique_ptr<const Format>, std::less<>> formats_;
};

}  // namespace tidemill
