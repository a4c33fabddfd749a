// env/console.h - standard output and standard error. Rule: results go to out, everything else to error.
#pragma once
#include <string_view>

namespace tidemill {

class Console {
 public:
  virtual ~Console() = default;
  // Writes bytes to standard output, in order. Any thread. Throws UserError when the reader has gone (EPIPE).
  virtual void write_out(std::string_view bytes) = 0;
  // Writes bytes to standard error. Any thread. Never throws.
  virtual void write_error(std::string_view bytes) = 0;
  // Returns whether standard error is a terminal.
  virtual bool error_is_terminal() const = 0;
  virtual void flush() = 0;
};

}  // namespace tidemill
