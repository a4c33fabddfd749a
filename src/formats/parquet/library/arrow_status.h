// formats/parquet/library/arrow_status.h - Arrow's errors as the engine's. Rule: what the file system threw comes out
// as it was; the rest is wrong with the file.
#pragma once
#include <arrow/result.h>
#include <arrow/status.h>

#include <exception>
#include <string>

namespace tidemill {

// Calls `body`, which may throw or return arrow::Status; throws UserError naming the file, or `*file_error`, where the
// file system threw that.
class ArrowErrors {
 public:
  explicit ArrowErrors(std::string what) : what_(std::move(what)) {}
  // What the file system threw last, to be kept here by who called it.
  std::exception_ptr& file_error() { return file_error_; }

  template <class Body>
  void run(Body body) {
    std::string error;
    try {
      const arrow::Status status = body();
      if (status.ok()) return;
      error = status.message();
    } catch (const std::exception& exception) {
      error = exception.what();
    }
    fail(error);
  }

 private:
  [[noreturn]] void fail(const std::string& error);

  const std::string what_;  // "Parquet file 'x.parquet' cannot be read"
  std::exception_ptr file_error_;
};

}  // namespace tidemill
