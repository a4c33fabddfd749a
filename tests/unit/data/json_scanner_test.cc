// tests/unit/data/json_scanner_test.cc - what JSON is, where it is not, and what is passed over unchecked.
#include "data/json_scanner.h"

#include <gtest/gtest.h>

#include "data/json_search.h"

namespace tidemill {
namespace {

TEST(JsonSearch, FindsTheFirstOfAnyAtEveryPlace) {
  for (size_t size = 0; size < 50; ++size) {
    const std::string plain(size, 'x');
    EXPECT_EQ(find_json_quote(plain, 0), size);
    EXPECT_EQ(find_json_bracket(plain, 0), size);
    for (size_t place = 0; place < size; ++place) {
      for (const char mark : std::string_view("\"\\{}[]")) {
        std::string text = plain;
        text[place] = mark;
        const bool quote = mark == '"' || mark == '\\';
        const bool bracket = mark != '\\';
        for (size_t from = 0; from <= size; ++from) {
          const bool behind = from > place;
          EXPECT_EQ(find_json_quote(text, from), quote && !behind ? place : size) << text << " " << from;
          EXPECT_EQ(find_json_bracket(text, from), bracket && !behind ? place : size) << text << " " << from;
        }
      }
    }
  }
}

TEST(JsonSearch, TakesNoOtherCharacterForOne) {
  for (int c = 0; c < 256; ++c) {
    const std::string text(20, static_cast<char>(c));
    const std::string_view mark(text.data(), 1);
    EXPECT_EQ(find_json_quote(text, 0) == 0, mark == "\"" || mark == "\\") << c;
    EXPECT_EQ(find_json_bracket(text, 0) == 0, mark == "\"" || mark == "{" || mark == "}" || mark == "[" || mark == "]")
        << c;
  }
}

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

// With members or without, the same is JSON, and the same is wrong with what is not.
TEST(JsonScanner, MembersAreCheckedAsTheWholeIs) {
  const std::string deep = R"({"a":)" + nested(kJsonDepthMax - 1) + "}";
  const std::string too_deep = R"({"a":)" + nested(kJsonDepthMax) + "}";
  const std::string_view texts[] = {
      R"({})",
      R"( { "a" : 1 , "b" : [ { "c" : "}\"]" } , null ] } )",
      deep,
      too_deep,
      R"({"a":1)",
      R"({"a":1}})",
      R"({"a":1} x)",
      R"({"a" 1})",
      R"({a:1})",
      R"({"a":})",
      R"({"a":1,})",
      R"({"a":1 "b":2})",
      R"({"a":"x)",
      R"({"a":"\x"})",
      R"({"a":[1,2}})",
      R"({"a":{"b":tru}})",
      R"({"a":01})",
      R"([1,2])",
      "1",
      "",
  };
  for (const std::string_view text : texts) {
    std::vector<JsonMember> members;
    const auto whole = check_json(text);
    const auto parts = check_json(text, &members);
    ASSERT_EQ(whole.has_value(), parts.has_value()) << text;
    if (!whole) continue;
    EXPECT_EQ(whole->message, parts->message) << text;
    EXPECT_EQ(whole->offset, parts->offset) << text;
  }
  EXPECT_FALSE(check_json(deep).has_value());
  EXPECT_TRUE(check_json(too_deep).has_value());
}

TEST(JsonScanner, MembersAreTakenApart) {
  const std::string text = R"({"a":1,"b":{"x":"]}\\\"{["},"c":[[],"\\"],"d":"e\"f","a":null})";
  std::vector<JsonMember> members;
  ASSERT_FALSE(check_json(text, &members).has_value());
  std::vector<JsonMember> again;
  auto scanner = JsonScanner::of_checked(text);
  walk_json_members(scanner, [&](const JsonMember& member) { again.push_back(member); });
  ASSERT_EQ(members.size(), 5u);
  ASSERT_EQ(again.size(), 5u);
  const std::string_view expected[][2] = {
      {"a", "1"}, {"b", R"({"x":"]}\\\"{["})"}, {"c", R"([[],"\\"])"}, {"d", R"(e\"f)"}, {"a", "null"}};
  for (size_t i = 0; i < members.size(); ++i) {
    EXPECT_EQ(members[i].key, expected[i][0]);
    EXPECT_EQ(members[i].value.text, expected[i][1]);
    EXPECT_EQ(again[i].key, members[i].key);
    EXPECT_EQ(again[i].value.text, members[i].value.text);
    EXPECT_EQ(again[i].value.kind, members[i].value.kind);
    EXPECT_EQ(again[i].value.escaped, members[i].value.escaped);
  }
}

}  // namespace
}  // namespace tidemill
