// base/error_text.h - the text of an exception that is kept for later. Rule: whatever was thrown has one.
#pragma once
#include <exception>
#include <string>

namespace tidemill {

// Returns what() of the exception, and a text for one that has none. Requires: not null.
inline std::string error_text(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "unknown error";
  }
}

}  // namespace tidemill
