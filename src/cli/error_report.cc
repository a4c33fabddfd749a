#include "cli/error_report.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "data/value_text.h"

namespace tidemill {
namespace {

constexpr size_t kExcerptBytesMax = 160;  // of a longer line only the part around the error is shown

std::string_view line_of(std::string_view sql, int32_t line) {
  for (int32_t current = 1; current < line; ++current) {
    const size_t end = sql.find('\n');
    if (end == std::string_view::npos) return {};
    sql.remove_prefix(end + 1);
  }
  return sql.substr(0, sql.find('\n'));
}

// Returns the byte at which code point `column` (from 1) starts.
size_t byte_of_column(std::string_view line, int32_t column) {
  int32_t seen = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(line[i]) & 0xc0) != 0x80;
    if (starts && ++seen == column) return i;
  }
  return line.size();
}

// What a terminal would obey, or could not show, becomes U+FFFD.
std::string printable(std::string_view bytes) {
  std::string text;
  append_valid_utf8(text, bytes);
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f) {
      result += "\xEF\xBF\xBD";
    } else {
      result += c;
    }
  }
  return result;
}

std::string excerpt(std::string_view sql, SourceLocation location) {
  std::string_view line = line_of(sql, location.line);
  if (line.empty()) return "";
  size_t at = byte_of_column(line, location.column);
  if (line.size() > kExcerptBytesMax) {
    const size_t first = at > kExcerptBytesMax / 2 ? at - kExcerptBytesMax / 2 : 0;
    line = line.substr(first, kExcerptBytesMax);
    at -= first;
  }
  const std::string before = printable(line.substr(0, at));
  std::string padding;
  for (const char c : before) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) padding += c == '\t' ? '\t' : ' ';
  }
  const std::string number = std::to_string(location.line);
  const std::string margin(number.size(), ' ');
  return fmt::format(" {} | {}\n {} | {}^\n", number, before + printable(line.substr(at)), margin, padding);
}

std::string user_error_text(const UserError& error, std::string_view file, std::string_view sql) {
  std::string text = fmt::format("error: {}\n", printable(error.what()));
  if (error.location()) {
    const SourceLocation at = *error.location();
    const std::string_view place = file == "-" ? "standard input" : file;
    text += fmt::format("  at {}{}line {}, column {}\n", place, place.empty() ? "" : ", ", at.line, at.column);
    text += excerpt(sql, at);
  }
  if (!error.hint().empty()) text += fmt::format("hint: {}\n", error.hint());
  return text;
}

}  // namespace

ErrorReport report_error(std::exception_ptr error, std::string_view file, std::string_view sql) {
  try {
    std::rethrow_exception(error);
  } catch (const UsageError& usage) {
    return {user_error_text(usage, file, sql), kExitUsage};
  } catch (const UserError& user) {
    return {user_error_text(user, file, sql), kExitUserError};
  } catch (const TransientError& transient) {
    return {fmt::format("error: {}\nhint: This may pass; run it again.\n", printable(transient.what())),
            kExitUserError};
  } catch (const EngineError& engine) {
    return {fmt::format("internal error: {}\nhint: This is a bug in Tidemill; please report it with the SQL.\n",
                        engine.what()),
            kExitInternal};
  } catch (const std::bad_alloc&) {
    return {"internal error: out of memory\n", kExitInternal};
  } catch (const std::exception& other) {
    return {fmt::format("internal error: {}\n", other.what()), kExitInternal};
  }
}

std::string usage_error_text(const WrongUsage& usage) {
  const std::string help =
      usage.command.empty() ? "Run tidemill --help." : fmt::format("Run tidemill {} --help.", usage.command);
  std::string message = usage.message;
  std::string hint = help;
  const auto option = std::ranges::find_if(usage.leftover, [](const std::string& arg) { return arg.starts_with('-'); });
  if (!usage.commands.empty() && !usage.leftover.empty()) {
    message = fmt::format("Unknown command '{}'", usage.leftover.front());
    const auto nearest = nearest_name(usage.leftover.front(), usage.commands);
    hint = nearest ? fmt::format("Did you mean '{}'? {}", *nearest, help)
                   : fmt::format("There are: {}. {}", fmt::join(usage.commands, ", "), help);
  } else if (option != usage.leftover.end()) {
    const std::string name = option->substr(0, option->find('='));
    message = fmt::format("Unknown option '{}'", name);
    const auto nearest = nearest_name(name, usage.options);
    if (nearest) hint = fmt::format("Did you mean '{}'? {}", *nearest, help);
  } else if (!usage.leftover.empty()) {
    message = fmt::format("Unexpected argument '{}'", usage.leftover.front());
  }
  return fmt::format("error: {}\nhint: {}\n", message, hint);
}

}  // namespace tidemill
