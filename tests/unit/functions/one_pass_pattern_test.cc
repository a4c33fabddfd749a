// Patterns that match in one way: which are, and that they find what RE2 finds.
#include "functions/one_pass_pattern.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <string>

#include "functions/pattern_cache.h"

namespace tidemill {
namespace {

using Outcome = OnePassPattern::Outcome;

std::string quoted(std::string_view found) {
  return found.data() == nullptr ? "nothing" : "'" + std::string(found) + "'";
}

// What the group of the first match is; "no match", "undecided", "nothing" where the group took no part.
std::string find(const std::string& pattern, const std::string& text, int32_t group) {
  const auto compiled = OnePassPattern::compile(pattern);
  if (compiled == nullptr) return "not known";
  std::string_view found;
  switch (compiled->find(text, group, found)) {
    case Outcome::kNotFound:
      return "no match";
    case Outcome::kUndecided:
      return "undecided";
    case Outcome::kFound:
      return quoted(found);
  }
  return "";
}

std::string find_by_re2(const RE2& pattern, const std::string& text, int32_t group) {
  std::vector<re2::StringPiece> groups(static_cast<size_t>(group) + 1);
  if (!pattern.Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), group + 1)) return "no match";
  const re2::StringPiece& found = groups.back();
  return quoted({found.data(), found.size()});
}

TEST(OnePassPattern, FindsGroups) {
  const std::string pattern = "(&|^)channel_id=([^&]*)";
  EXPECT_EQ(find(pattern, "https://x/item.htm?query=1&channel_id=42&y=3", 2), "'42'");
  EXPECT_EQ(find(pattern, "https://x/item.htm?query=1&channel_id=42&y=3", 1), "'&'");
  EXPECT_EQ(find(pattern, "https://x/item.htm?query=1&channel_id=42", 0), "'&channel_id=42'");
  EXPECT_EQ(find(pattern, "channel_id=7&channel_id=8", 2), "'7'");
  EXPECT_EQ(find(pattern, "channel_id=7", 1), "''");
  EXPECT_EQ(find(pattern, "&channel_id=", 2), "''");
  EXPECT_EQ(find(pattern, "?channel_id=7", 2), "no match");
  EXPECT_EQ(find(pattern, "", 2), "no match");
}

TEST(OnePassPattern, LeavesWhatIsBeyondAsciiToRe2) {
  EXPECT_EQ(find("id=([^&]*)", "id=\u00e9", 1), "undecided");
  EXPECT_EQ(find("id=([^&]*)", "\u00e9 id=1&\u00e9", 1), "'1'");
  EXPECT_EQ(find("id=([a-z]*)", "id=x\u00e9", 1), "'x'");
  EXPECT_EQ(find("\u00e9=(\\d+)", "a\u00e9=17", 1), "'17'");
}

TEST(OnePassPattern, LeavesManyBeginningsToRe2) {
  const std::string beginnings(100, 'a');
  EXPECT_EQ(find("a[^b]*b", beginnings, 0), "undecided");
  EXPECT_EQ(find("ab", beginnings, 0), "no match");
}

TEST(OnePassPattern, KnowsWhatItDoesNotKnow) {
  for (const char* pattern : {"",
                              ".*",
                              "[a-z]+",
                              "a|",
                              "(ab)*",
                              "a{2}",
                              "a*?",
                              "a.*b",
                              "x[a-z]*b",
                              "x(a|b)?",
                              "(?i)abc",
                              "a\\b",
                              "\\Qa",
                              "x\u00e9+",
                              "x*",
                              "a[[:alpha:]]",
                              "a[\u00e9]",
                              "a\\x41",
                              "(a|b)(a|b)(a|b)(a|b)(a|b)",
                              "x?^a",
                              "[\\w]*=",
                              "a\\pN"}) {
    EXPECT_EQ(OnePassPattern::compile(pattern), nullptr) << pattern;
  }
}

// Patterns and texts of few characters, at random: what both know they must find alike.
class RandomPattern {
 public:
  explicit RandomPattern(uint32_t seed) : random_(seed) {}

  std::string pattern() {
    std::string out;
    for (size_t i = 0, parts = 1 + random_() % 5; i < parts; ++i) out += part(2);
    return out;
  }
  std::string text() {
    std::string out;
    for (size_t i = 0, size = random_() % 24; i < size; ++i)
      out += one_of({"a", "b", "c", "&", "=", "1", "\n", "a", "b"});
    if (random_() % 8 == 0) out.insert(random_() % (out.size() + 1), one_of({"\u00e9", "\u20ac", "\xC3", "\xA9"}));
    return out;
  }

 private:
  const char* one_of(std::initializer_list<const char*> choices) { return choices.begin()[random_() % choices.size()]; }
  std::string part(int32_t depth) {
    if (depth > 0 && random_() % 4 == 0) {
      std::string out = one_of({"(", "(", "(?:"}) + part(depth - 1) + part(depth - 1);
      if (random_() % 2 == 0) out += "|" + part(depth - 1);
      return out + ")";
    }
    const std::string atom = one_of({"a", "b",   "c",   "&",   "=",    "ab",    "[^&]", "[^a\\n]", "[ab]", "[a-c1]",
                                     ".", "\\d", "\\w", "\\s", "[-=]", "[b&-]", "\\.",  "^",       "$",    "\u00e9"});
    return atom + one_of({"", "", "", "*", "+", "?"});
  }

  std::mt19937 random_;
};

TEST(OnePassPattern, FindsWhatRe2Finds) {
  RandomPattern random(3);
  int32_t known = 0, found = 0;
  for (int32_t round = 0; round < 40000; ++round) {
    const std::string pattern = random.pattern();
    if (OnePassPattern::compile(pattern) == nullptr) continue;
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 compiled(pattern, options);
    if (!compiled.ok()) continue;
    ++known;
    for (int32_t of_pattern = 0; of_pattern < 30; ++of_pattern) {
      const std::string text = random.text();
      for (int32_t group = 0; group <= compiled.NumberOfCapturingGroups(); ++group) {
        const std::string here = find(pattern, text, group);
        if (here == "undecided") continue;
        ASSERT_EQ(here, find_by_re2(compiled, text, group))
            << "pattern " << pattern << " in " << text << ", group " << group;
        found += here != "no match" ? 1 : 0;
      }
    }
  }
  EXPECT_GT(known, 1000);
  EXPECT_GT(found, 1000);
}

TEST(OnePassPattern, KnowsWhichMatchATextAlone) {
  const auto only_text = [](const char* pattern) {
    const auto compiled = OnePassPattern::compile(pattern);
    return compiled == nullptr || compiled->only_text() == nullptr ? "" : *compiled->only_text();
  };
  EXPECT_EQ(only_text("c"), "c");
  EXPECT_EQ(only_text("a\\.b-é"), "a.b-é");
  for (const char* pattern : {"", "a.", "^a", "a$", "(a)", "a|b", "a+", "[a]", "(?i)a", "\\d", "a{2}"})
    EXPECT_EQ(only_text(pattern), "") << pattern;
}

TEST(OnePassPattern, CountsWhatRe2Counts) {
  RandomPattern random(5);
  int64_t counted = 0;
  for (const char* pattern : {"a", "&", "\n", "ab", "aa", "aba", "\\.", "é", "aé", "a+", "^a", "(a|b)"}) {
    const CompiledPattern compiled(pattern, RE2::Options());
    for (int32_t round = 0; round < 3000; ++round) {
      const std::string text = random.text() + random.text() + random.text();
      re2::StringPiece rest(text);
      int32_t expected = 0;
      while (pattern[0] == '^' ? expected == 0 && RE2::Consume(&rest, compiled.re2())
                               : RE2::FindAndConsume(&rest, compiled.re2()))
        ++expected;
      ASSERT_EQ(compiled.count(text), expected) << "pattern " << pattern << " in " << text;
      counted += expected;
    }
  }
  EXPECT_GT(counted, 30'000);
}

}  // namespace
}  // namespace tidemill
