// formats/json/json_decoder.h - JSON lines to rows. Rule: a record is a line, whole or not at all; its grammar is
// checked to the line's end whichever columns are wanted.
//
// Lines are decoded in windows: simdjson finds the tokens of a window, the fast path reads its objects. A line that the
// fast path does not take, and every line of a window that has no index, is read by JsonScanner, which is also who
// finds the words for errors.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "connectors/spi/decoding/buffered_decoder.h"
#include "connectors/spi/decoding/rows_builder.h"
#include "formats/json/json_fast_path.h"
#include "formats/json/json_index.h"
#include "formats/json/json_row_reader.h"

namespace tidemill {

class JsonDecoder final : public BufferedDecoder {
 public:
  // `settings` and `errors` are borrowed.
  JsonDecoder(const JsonSettings& settings, std::string split, const DecoderPosition& position,
              RecordErrorTarget& errors);

  std::optional<DecodedRows> next(int32_t max_rows, bool flush) override;
  DecoderPosition position() const override { return returned_; }
  void restart(const DecoderPosition& position) override;
  size_t memory_bytes() const override { return buffer_.memory_bytes() + rows_.memory_bytes() + index_.memory_bytes(); }

 private:
  // Takes the next whole lines as the window; false: none are there.
  bool open_window();
  void close_window();
  void decode_indexed();
  // Decodes the line at cursor_ with the scanner.
  void decode_line();
  // Returns false where the rows are full before the array is read.
  bool decode_array(std::string_view line);
  void skip_blank(size_t until);
  std::string_view line_at_cursor() const;
  void line_done(size_t line_bytes);
  void note_position();

  JsonRecord record_of(std::string_view line) const { return {line, line_}; }

  RowsBuilder rows_;
  JsonRowReader row_;
  JsonIndex index_;
  JsonFastPath fast_path_;
  bool has_text_ = false;  // some column may point into the buffer

  std::string_view window_;
  bool indexed_ = false;
  size_t token_ = 0;           // next token of an indexed window
  size_t cursor_ = 0;          // start of the next line in the window
  int64_t base_offset_ = 0;    // of the window in the split
  int64_t line_ = 1;           // number of the line at cursor_
  int64_t elements_done_ = 0;  // of an array that is the line at cursor_
  size_t element_offset_ = 0;  // where its next element is; 0: not known, skip elements_done_
  DecoderPosition returned_;
};

}  // namespace tidemill
