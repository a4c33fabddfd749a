// functions/one_pass_pattern.h - regular expressions that can match at a place in one way only, searched for by their
// literal text. Rule: what it answers is what RE2 would; what it does not know it leaves to RE2.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

// Bytes below 0x80, and whether every other character is in the set too.
class CharacterSet {
 public:
  void add(unsigned char c) { members_[c] = true; }
  void add(unsigned char first, unsigned char last);
  void add(const CharacterSet& other);
  void invert();
  bool contains(unsigned char c) const { return members_[c]; }
  bool has_beyond_ascii() const { return beyond_ascii_; }
  bool overlaps(const CharacterSet& other) const;
  // A byte of a character beyond ASCII.
  void add_beyond_ascii() { beyond_ascii_ = true; }

 private:
  std::array<bool, 256> members_ = {};  // by byte; none from 0x80 on
  bool beyond_ascii_ = false;
};

// One alternative of a pattern: steps that follow each other.
struct PatternSequence {
  enum class Kind : uint8_t { kText, kSet, kGroupBegin, kGroupEnd, kTextBegin, kTextEnd };
  struct Step {
    Kind kind;
    std::string text = {};  // kText
    CharacterSet set = {};  // kSet
    int32_t least = 1;      // of kSet: how often; as often as possible
    int32_t most = 1;       // kUnbounded: any number
    int32_t group = 0;      // kGroupBegin, kGroupEnd
    bool is_found = false;  // kText: a part of the literal, which the search has found
  };
  static constexpr int32_t kUnbounded = -1;

  std::vector<Step> steps;
  // What is searched for, and how many bytes before it a match begins; empty where the sequence starts with ^.
  std::string literal;
  size_t literal_offset = 0;
  // What a text must begin with for a sequence that starts with ^; may be empty.
  std::string beginning;
};

// Known are characters, sets, * + ? of one of them, (groups) without these, | of at most 16 alternatives in all, and ^
// and $; where what follows a repetition could be a part of it, or no literal is searched for, the pattern is not.
// Source of the rules: RE2 (re2/onepass.cc) for what matches in one way.
class OnePassPattern {
 public:
  enum class Outcome : uint8_t { kFound, kNotFound, kUndecided };

  // Returns nullptr for a pattern that is not of this kind. Requires: RE2 compiles the pattern, with default options.
  static std::unique_ptr<const OnePassPattern> compile(std::string_view pattern);

  // Finds the leftmost match, of alternatives the first, and sets `found` to its group (0: all of it; data() is nullptr
  // where the group took no part). kUndecided: bytes beyond ASCII, or many beginnings that came to nothing. Requires:
  // the pattern has the group.
  Outcome find(std::string_view text, int32_t group, std::string_view& found) const;

  // Returns the text, never empty, where the pattern matches that and nothing else, and has no groups; nullptr
  // otherwise.
  const std::string* only_text() const;

 private:
  std::vector<PatternSequence> sequences_;  // in the order of the alternatives
};

}  // namespace tidemill
