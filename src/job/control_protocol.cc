#include "job/control_protocol.h"

#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

constexpr std::array kCommands = {ControlCommand::kStatus,   ControlCommand::kMetrics, ControlCommand::kWhy,
                                  ControlCommand::kStop,     ControlCommand::kCancel,  ControlCommand::kCheckpoint,
                                  ControlCommand::kSavepoint};
constexpr size_t kExcerptBytesMax = 40;  // of bad input, in error texts

std::string excerpt(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, kExcerptBytesMax)) shown += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > kExcerptBytesMax ? shown + "…" : shown;
}

std::optional<std::string> savepoint_of(const ControlJson& request) {
  const auto place = request.find("savepoint");
  if (place == request.end()) return std::nullopt;
  if (!place->is_string())
    throw UserError("The place of the savepoint is no text", R"(Write "savepoint": "/path", or "" for the job's own)");
  return place->get<std::string>();
}

std::string dump(const ControlJson& json) {
  // Names of splits are bytes that others chose: what is no UTF-8 must not stop an answer.
  return json.dump(-1, ' ', false, ControlJson::error_handler_t::replace);
}

}  // namespace

std::string_view control_command_text(ControlCommand command) {
  switch (command) {
    case ControlCommand::kStatus:
      return "status";
    case ControlCommand::kMetrics:
      return "metrics";
    case ControlCommand::kWhy:
      return "why";
    case ControlCommand::kStop:
      return "stop";
    case ControlCommand::kCancel:
      return "cancel";
    case ControlCommand::kCheckpoint:
      return "checkpoint";
    case ControlCommand::kSavepoint:
      return "savepoint";
  }
  CHECK(false);
}

std::string encode_request(const ControlRequest& request) {
  ControlJson json = {{"version", kControlVersion}, {"command", control_command_text(request.command)}};
  if (request.savepoint) json["savepoint"] = *request.savepoint;
  return dump(json);
}

ControlRequest parse_request(std::string_view line) {
  const ControlJson json = ControlJson::parse(line, nullptr, false);
  if (!json.is_object())
    throw UserError(fmt::format("A request is a JSON object in one line, found: {}", excerpt(line)),
                    R"(Write {"command": "status"})");
  const auto version = json.find("version");
  if (version != json.end() && (!version->is_number_integer() || *version != kControlVersion))
    throw UserError(
        fmt::format("This job speaks version {}, the request has {}", kControlVersion, excerpt(dump(*version))),
        "Use the tidemill that runs the job");
  const auto command = json.find("command");
  if (command == json.end() || !command->is_string())
    throw UserError("The request names no command", R"(Write {"command": "status"})");
  std::vector<std::string> names;
  for (const ControlCommand known : kCommands) {
    names.emplace_back(control_command_text(known));
    if (*command == names.back()) return {known, savepoint_of(json)};
  }
  const std::string text = command->get<std::string>();
  const std::optional<std::string> nearest = nearest_name(text, names);
  throw UserError(
      fmt::format("There is no command '{}'", excerpt(text)),
      nearest ? fmt::format("Did you mean '{}'?", *nearest) : fmt::format("There are {}", fmt::join(names, ", ")));
}

ControlJson make_answer(ControlCommand command, std::string text) {
  return {{"version", kControlVersion},
          {"ok", true},
          {"command", control_command_text(command)},
          {"text", std::move(text)}};
}

std::string encode_answer(const ControlJson& answer) { return dump(answer); }

std::string encode_error(std::string_view error, std::string_view hint) {
  ControlJson answer = {{"version", kControlVersion}, {"ok", false}, {"error", error}};
  if (!hint.empty()) answer["hint"] = hint;
  return dump(answer);
}

ControlJson parse_answer(std::string_view line) {
  const ControlJson json = ControlJson::parse(line, nullptr, false);
  const auto has = [&](const char* key, auto is) { return json.contains(key) && (json[key].*is)(); };
  if (!json.is_object() || !has("version", &ControlJson::is_number_integer) || !has("ok", &ControlJson::is_boolean))
    throw UserError(fmt::format("What answers there is no Tidemill job: {}", excerpt(line)));
  if (json["version"] > kControlVersion)
    throw UserError("The job runs in a newer Tidemill than this one", "Use the tidemill that runs the job");
  if (!json["ok"]) throw UserError(json.value("error", "The job refused, and gave no reason"), json.value("hint", ""));
  return json;
}

}  // namespace tidemill
