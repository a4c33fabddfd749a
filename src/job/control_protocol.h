// job/control_protocol.h - what is said over a job's control channel. Rule: a line of JSON asks, a line of JSON
// answers; both carry the version, and any bytes at all get an answer.
//
//   {"command": "status"}        version may be left out; fields that are not known are ignored
//   {"command": "savepoint", "savepoint": "/backup"}
//   {"version": 1, "ok": true, "command": "status", "text": "…", …}
//   {"version": 1, "ok": false, "error": "…", "hint": "…"}
//
// "text" is for people; the other fields are for programs. A newer Tidemill adds commands and fields and keeps these.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

constexpr int32_t kControlVersion = 1;
constexpr std::string_view kControlSocket = "control.sock";  // in a job's checkpoint directory

enum class ControlCommand : uint8_t { kStatus, kMetrics, kWhy, kStop, kCancel, kCheckpoint, kSavepoint };

struct ControlRequest {
  ControlCommand command = ControlCommand::kStatus;
  // kSavepoint, kStop: the directory that a savepoint is made in, an absolute path; "": the job's own. kStop without it
  // makes none.
  std::optional<std::string> savepoint = {};
};

// Fields keep their order: people read the answers, too.
using ControlJson = nlohmann::ordered_json;

// Returns "status" and the like.
std::string_view control_command_text(ControlCommand command);
// Returns the request as a line without its end.
std::string encode_request(const ControlRequest& request);
// Throws UserError for anything that is no request.
ControlRequest parse_request(std::string_view line);

// Returns an answer to which fields may be added.
ControlJson make_answer(ControlCommand command, std::string text);
std::string encode_answer(const ControlJson& answer);
std::string encode_error(std::string_view error, std::string_view hint = {});
// Returns the answer of a job. Throws UserError with the error that it holds, and for what is no answer of this version
// or one before.
ControlJson parse_answer(std::string_view line);

}  // namespace tidemill
