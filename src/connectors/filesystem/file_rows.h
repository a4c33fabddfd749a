// connectors/filesystem/file_rows.h - the rows of one open file, in order, however its format reads it. Rule: a
// position is that of the last row handed out, never of one read ahead.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "connectors/spi/format.h"

namespace tidemill {

// How many pieces a reader may have ahead, over all its files.
struct ChunkAllowance {
  int32_t left = 0;                      // 0 from the start: files are decoded by the task alone
  std::function<void()> wake = nullptr;  // makes the reader's task poll again; any thread
};

// Task thread only.
class FileRows {
 public:
  enum class Next : uint8_t {
    kRows,     // here they are
    kMore,     // none yet; ask again
    kPending,  // none yet; the task is woken when it is worth asking
    kEnd,      // the file has been read to its end
  };
  struct Step {
    Next next = Next::kMore;
    std::optional<DecodedRows> rows = std::nullopt;
  };

  virtual ~FileRows() = default;
  // Returns up to max_rows rows. Throws what the decoder throws, and TransientError of the file.
  virtual Step next(int32_t max_rows) = 0;
  // Where decoding goes on: just behind the rows returned.
  virtual DecoderPosition position() const = 0;
  // Bytes of text and rows held, ahead and not.
  virtual size_t memory_bytes() const = 0;
};

}  // namespace tidemill
