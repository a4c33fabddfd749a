// base/error.h - the three exceptions of the engine. Rule: the class says who must act: the user, the restart strategy,
// or us.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tidemill {

// A place in SQL text. Lines and columns count from 1; a column counts code points.
struct SourceLocation {
  int32_t line = 0;
  int32_t column = 0;
  bool operator==(const SourceLocation&) const = default;
};

// The user's SQL, data or settings are wrong. Never restarted; the process exits with 1.
// `message` says what happened, `location` where in the SQL (if in SQL), `hint` what to do (may be empty).
class UserError : public std::runtime_error {
 public:
  explicit UserError(std::string message, std::string hint = "", std::optional<SourceLocation> location = std::nullopt)
      : std::runtime_error(std::move(message)), hint_(std::move(hint)), location_(location) {}
  UserError(SourceLocation location, std::string message, std::string hint = "")
      : UserError(std::move(message), std::move(hint), location) {}

  const std::string& hint() const { return hint_; }
  const std::optional<SourceLocation>& location() const { return location_; }
  // Returns this error placed at `location`, unless it already has a place.
  UserError at(SourceLocation location) const {
    return UserError(what(), hint_, location_ ? location_ : std::optional(location));
  }

 private:
  std::string hint_;
  std::optional<SourceLocation> location_;
};

// Something outside failed that may work again (a broker gone, a disk full). Handled by the restart strategy.
class TransientError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// An invariant of the engine is broken: our bug. The process exits with 3.
class EngineError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// Returns the candidate nearest to `name` by edit distance, ignoring case, or nullopt
// when none is near (distance at most a third of the name's length, at least 1, and less than the whole name).
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace tidemill
