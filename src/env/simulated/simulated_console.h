// env/simulated/simulated_console.h - keeps what was printed. Rule: nothing leaves the process.
#pragma once
#include <string>

#include "env/console.h"

namespace tidemill {

// One thread only.
class SimulatedConsole final : public Console {
 public:
  void write_out(std::string_view bytes) override { out_ += bytes; }
  void write_error(std::string_view bytes) override { error_ += bytes; }
  bool error_is_terminal() const override { return false; }
  void flush() override {}

  const std::string& out() const { return out_; }
  const std::string& error() const { return error_; }
  void clear() {
    out_.clear();
    error_.clear();
  }

 private:
  std::string out_;
  std::string error_;
};

}  // namespace tidemill
