// formats/avro/avro_row_reader.h - runs a program over the bytes of records. Rule: nothing is read beyond the end, and
// no count or length is believed before it is compared with what is left.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/decoding/rows_builder.h"
#include "formats/avro/avro_cursor.h"
#include "formats/avro/avro_program.h"

namespace tidemill {

// Where a value lies in a record, in bytes.
struct AvroMark {
  size_t begin = 0;
  size_t end = 0;
};
constexpr size_t kAvroMarksMax = 8;

class AvroRowReader {
 public:
  enum class Result : uint8_t {
    kRow,       // the columns of the row are set
    kAbsent,    // it is null, and that is no row
    kRejected,  // the bytes are a record, but not one that the table can hold
    kBroken,    // the bytes are no record of the schema; where it ends is not known
  };

  // `rows` is borrowed.
  explicit AvroRowReader(RowsBuilder& rows) : rows_(rows) {}

  // Reads one record into row `row` of the columns, which are the slots of the program. Texts point to the bytes where
  // `kept`, and are copied otherwise. The cursor is moved behind the record.
  Result read(const AvroProgram& program, AvroCursor& cursor, int32_t row, bool kept);

  // Of the last record. The slot of what is wrong, or -1; what that is; whether a value became NULL that was none
  // (a DECIMAL with too many digits, as in Flink).
  int32_t failed_slot() const { return failed_slot_; }
  const std::string& failure() const { return failure_; }
  bool nulled() const { return nulled_; }
  // Where the fields lie that its program notes; nullopt: it is not there.
  const std::array<std::optional<AvroMark>, kAvroMarksMax>& marks() const { return marks_; }

 private:
  class ColumnTarget;
  class EncodedTarget;

  template <class Target>
  bool run(size_t at, Target& target);
  template <class Target>
  bool read_value(const AvroStep& step, Target& target);
  template <class Target>
  bool read_floating(const AvroStep& step, Target& target);
  template <class Target>
  bool read_symbol(const AvroStep& step, Target& target);
  template <class Target>
  bool read_time(const AvroStep& step, Target& target);
  template <class Target>
  bool read_decimal(const AvroStep& step, Target& target);
  template <class Target>
  bool read_default(const AvroStep& step, size_t body, Target& target);
  template <class T, class Target>
  bool read_whole(const AvroStep& step, Target& target);
  // Appends the bytes of an ARRAY, MAP, MULTISET or ROW (data/nested.h); its parts are read by the steps at `body`.
  bool read_nested(const AvroStep& step, size_t body, std::string& out);
  bool read_map(const AvroStep& step, size_t body, std::string& out);
  bool read_row(const AvroStep& step, size_t body, std::string& out);
  void note_mark(const AvroStep& step);
  bool skip_value(const AvroStep& step);
  bool skip_blocks(const AvroStep& step, size_t body);
  bool call(const AvroStep& step);
  // Reads the count of a block whose entries have at least `bytes_min` bytes; 0: there are no more. `bytes`: of the
  // block, -1 where that is not told.
  bool read_count(int64_t bytes_min, int64_t& count, int64_t& bytes);
  // Note what is wrong: with the bytes (returns false), with a value.
  bool broken(int32_t slot, std::string_view what);
  void refuse(int32_t slot, std::string what);

  RowsBuilder& rows_;
  const AvroProgram* program_ = nullptr;
  AvroCursor cursor_;
  int32_t depth_ = 0;        // of calls
  int32_t outer_slot_ = -1;  // the column whose parts are read; -1: none
  int64_t empty_left_ = 0;   // entries without bytes that a record may still have
  int32_t failed_slot_ = -1;
  bool rejected_ = false;
  bool absent_ = false;
  bool nulled_ = false;
  std::string failure_;
  std::array<std::optional<AvroMark>, kAvroMarksMax> marks_;
  std::string nested_;                               // the value of a column being read
  std::vector<std::pair<int32_t, size_t>> in_rows_;  // of each ROW being read: slots and where they begin
};

}  // namespace tidemill
