// env/real/real_console.h - the process's standard streams. Rule: standard output is buffered, except on a terminal;
// whoever wants rows seen now calls flush().
#pragma once
#include <mutex>
#include <string>

#include "env/console.h"

namespace tidemill {

class RealConsole final : public Console {
 public:
  // `out` and `error` are file descriptors (1 and 2 in the binary); borrowed.
  RealConsole(int out, int error);
  // Writes what is buffered; an error of that last write is lost, so that flush() comes before.
  ~RealConsole() override;

  void write_out(std::string_view bytes) override;
  void write_error(std::string_view bytes) override;
  bool error_is_terminal() const override;
  // Throws UserError when the reader of standard output has gone, TransientError when it cannot be written.
  void flush() override;

 private:
  void flush_locked();

  const int out_;
  const int error_;
  const bool out_is_terminal_;
  std::mutex mutex_;  // guards buffer_ and the order of writes
  std::string buffer_;
};

}  // namespace tidemill
