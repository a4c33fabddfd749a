#include "job/control_protocol.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "env/random.h"

namespace tidemill {
namespace {

std::string refused(std::string_view line) {
  try {
    parse_request(line);
  } catch (const UserError& error) {
    return fmt::format("{} / {}", error.what(), error.hint());
  }
  return "taken";
}

TEST(ControlProtocol, ARequestComesBackAsItWas) {
  for (const ControlCommand command : {ControlCommand::kStatus, ControlCommand::kMetrics, ControlCommand::kWhy,
                                       ControlCommand::kStop, ControlCommand::kCancel, ControlCommand::kCheckpoint})
    EXPECT_EQ(parse_request(encode_request({command})).command, command);
  EXPECT_EQ(encode_request({ControlCommand::kWhy}), R"({"version":1,"command":"why"})");
  EXPECT_EQ(parse_request(R"( {"command":"stop","later":[1]} )").command, ControlCommand::kStop);
  EXPECT_EQ(encode_request({ControlCommand::kSavepoint, "/a"}),
            R"({"version":1,"command":"savepoint","savepoint":"/a"})");
  EXPECT_EQ(parse_request(R"({"command":"stop","savepoint":""})").savepoint, "");
  EXPECT_EQ(parse_request(R"({"command":"stop"})").savepoint, std::nullopt);
}

TEST(ControlProtocol, SaysWhatIsWrongWithARequest) {
  const std::string hint = R"( / Write {"command": "status"})";
  EXPECT_EQ(refused(""), "A request is a JSON object in one line, found: " + hint);
  EXPECT_EQ(refused("stop"), "A request is a JSON object in one line, found: stop" + hint);
  EXPECT_EQ(refused("\x01\xff[]"), "A request is a JSON object in one line, found: ??[]" + hint);
  EXPECT_EQ(refused("{}"), "The request names no command" + hint);
  EXPECT_EQ(refused(R"({"command":1})"), "The request names no command" + hint);
  EXPECT_EQ(refused(R"({"command":"statsu"})"), "There is no command 'statsu' / Did you mean 'status'?");
  EXPECT_EQ(refused(R"({"command":"stop","savepoint":1})"),
            R"(The place of the savepoint is no text / Write "savepoint": "/path", or "" for the job's own)");
  EXPECT_EQ(refused(R"({"command":"x"})"),
            "There is no command 'x' / There are status, metrics, why, stop, cancel, checkpoint, savepoint");
  EXPECT_EQ(refused(R"({"command":"why","version":2})"),
            "This job speaks version 1, the request has 2 / Use the tidemill that runs the job");
}

TEST(ControlProtocol, AnyBytesAreARequestOrAnError) {
  SeededRandom random(1);
  const std::string valid = encode_request({ControlCommand::kStop});
  for (int i = 0; i < 20'000; ++i) {
    std::string line = i % 2 == 0 ? valid : "";
    for (uint64_t changes = 1 + random.below(6); changes > 0; --changes)
      line.insert(line.begin() + static_cast<ptrdiff_t>(random.below(line.size() + 1)),
                  static_cast<char>(random.below(256)));
    const std::string what = refused(line);
    EXPECT_FALSE(what.empty());
    EXPECT_TRUE(ControlJson::parse(encode_error(what)).is_object());
  }
  EXPECT_NE(refused(std::string(60'000, '[')), "taken");
}

TEST(ControlProtocol, AnswersHoldTextForPeopleAndFieldsForPrograms) {
  ControlJson answer = make_answer(ControlCommand::kStop, "done\n\xff");
  answer["epoch"] = 7;
  const std::string line = encode_answer(answer);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(parse_answer(line)["epoch"], 7);
  EXPECT_THROW(parse_answer("hello"), UserError);
  EXPECT_THROW(parse_answer("{}"), UserError);
  EXPECT_THROW(parse_answer(R"({"version":2,"ok":true})"), UserError);
  try {
    parse_answer(encode_error("it is late", "go home"));
    FAIL() << "an error is no answer";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "it is late");
    EXPECT_EQ(error.hint(), "go home");
  }
}

}  // namespace
}  // namespace tidemill
