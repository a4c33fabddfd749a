// base/check.h - CHECK for broken invariants. Rule: on in production; a failure throws EngineError naming file and
// line.
#pragma once
#include "base/error.h"

namespace tidemill::check_detail {
[[noreturn]] void fail(const char* file, int line, const char* condition, const std::string& detail);
}  // namespace tidemill::check_detail

#define CHECK(condition)                                                             \
  do {                                                                               \
    if (!(condition)) [[unlikely]]                                                   \
      ::tidemill::check_detail::fail(__FILE__, __LINE__, #condition, std::string()); \
  } while (false)

// CHECK with a message: CHECK_MSG(count > 0, "table {} is empty", name).
#define CHECK_MSG(condition, ...)                                                                 \
  do {                                                                                            \
    if (!(condition)) [[unlikely]]                                                                \
      ::tidemill::check_detail::fail(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
  } while (false)

#define CHECK_EQ(a, b) CHECK_MSG((a) == (b), "{} != {}", (a), (b))
