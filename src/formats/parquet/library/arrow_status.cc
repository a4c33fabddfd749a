#include "formats/parquet/library/arrow_status.h"

#include <utility>

#include "base/error.h"

namespace tidemill {

void ArrowErrors::fail(const std::string& error) {
  if (file_error_) std::rethrow_exception(std::exchange(file_error_, nullptr));
  throw UserError(what_ + ": " + error.substr(0, error.find('\n')),
                  "The file is cut or damaged, or has something that is not supported.");
}

}  // namespace tidemill
