// connectors/spi/records.h - formats over records that stand for themselves: keys and values of messages. Rule: each
// record is decoded alone; nothing of one is carried into the next.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "connectors/spi/record_errors.h"
#include "data/batch.h"

namespace tidemill {

struct DecodedRows;  // connectors/spi/format.h

// The bytes of one message's key or value.
struct Record {
  std::string_view bytes;
  bool null = false;   // there are none at all: a tombstone
  int64_t number = 0;  // offset in its split; ascending
};

// Decodes records of any split, a group of one split at a time. One thread at a time.
class RecordDecoder {
 public:
  virtual ~RecordDecoder() = default;
  // Returns what must be done before these records can be decoded and may block (ask a registry for a schema); empty:
  // nothing. The caller runs it on the I/O pool, where it may outlive the decoder, and asks again. What it throws ends
  // the attempt.
  virtual std::function<void()> wanted(std::span<const Record> records) {
    (void)records;
    return {};
  }
  // Takes the next group; what is left of the one before is forgotten. `split` names it in errors. The caller keeps
  // span and bytes until next() has returned nullopt. Requires: wanted() has nothing for them.
  virtual void begin(std::string_view split, std::span<const Record> records) = 0;
  // Returns up to max_rows rows, in order; nullopt: there are no more. The lines of the rows are the numbers of their
  // records. A record that cannot be decoded goes to the RecordErrorTarget given at construction, with its number for
  // the line. A tombstone gives what the format says, mostly no row.
  virtual std::optional<DecodedRows> next(int32_t max_rows) = 0;
  virtual size_t memory_bytes() const = 0;
};

// Encodes rows of one writer, each as a record. One thread.
class RecordEncoder {
 public:
  virtual ~RecordEncoder() = default;
  // As RecordDecoder::wanted(), before the first row.
  virtual std::function<void()> wanted() { return {}; }
  // Takes the rows of a batch, which outlives the calls of append().
  virtual void begin(const Batch& batch) = 0;
  // Appends row `row` of the batch at hand, without a line end. Its kind is written where the format takes changes.
  virtual void append(int32_t row, std::string& out) = 0;
  // True where the record of that row has no bytes at all (a tombstone), which is another thing than an empty one.
  virtual bool is_tombstone(int32_t row) const {
    (void)row;
    return false;
  }
};

}  // namespace tidemill
