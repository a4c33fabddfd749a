#include "env/real/real_console.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr size_t kBufferBytesMax = 64 * 1024;  // one pipe's capacity on Linux

// Returns 0, or errno of the write that failed.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace

RealConsole::RealConsole(int out, int error) : out_(out), error_(error), out_is_terminal_(::isatty(out) == 1) {}

RealConsole::~RealConsole() { write_all(out_, buffer_); }

void RealConsole::write_out(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  buffer_ += bytes;
  if (out_is_terminal_ || buffer_.size() >= kBufferBytesMax) flush_locked();
}

void RealConsole::write_error(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  write_all(error_, bytes);
}

bool RealConsole::error_is_terminal() const { return ::isatty(error_) == 1; }

void RealConsole::flush() {
  const std::lock_guard lock(mutex_);
  flush_locked();
}

void RealConsole::flush_locked() {
  const int error = write_all(out_, buffer_);
  buffer_.clear();
  if (error == EPIPE)
    throw UserError("Standard output was closed by the program that reads it",
                    "Keep the reader open, or write to a file");
  if (error != 0) throw TransientError(fmt::format("Cannot write to standard output: {}", std::strerror(error)));
}

}  // namespace tidemill
