#include "functions/one_pass_pattern.h"

#include <cstring>

#include "base/byte_search.h"
#include "functions/pattern_sequences.h"

namespace tidemill {
namespace {

using Kind = PatternSequence::Kind;
using Step = PatternSequence::Step;

constexpr size_t kAsciiCharacters = 128;
constexpr int32_t kFailedBeginningsMax = 8;  // more of them may take time by the square of the text: RE2's does not

struct Attempt {
  const char* at;  // where the match goes on; nullptr: it does not
  const char* group_begin = nullptr;
  const char* group_end = nullptr;
  bool undecided = false;
};

// Takes as many characters of the set as there are. Returns nullptr where they are too few.
const char* take_set(const Step& step, const char* at, const char* end, bool& undecided) {
  const char* const begin = at;
  const bool all = step.most == PatternSequence::kUnbounded || end - at <= step.most;
  const char* const last = all ? end : at + step.most;
  while (at != last && step.set.contains(static_cast<unsigned char>(*at))) ++at;
  if (at != last && static_cast<unsigned char>(*at) >= 0x80 && step.set.has_beyond_ascii()) undecided = true;
  return at - begin < step.least ? nullptr : at;
}

bool starts_with(const char* at, const char* end, const std::string& text) {
  if (static_cast<size_t>(end - at) < text.size() || *at != text.front()) return false;
  return std::memcmp(at, text.data(), text.size()) == 0;
}

// False where a sequence that starts with ^ cannot match.
bool begins_as(const PatternSequence& sequence, std::string_view text) {
  return sequence.beginning.empty() || starts_with(text.data(), text.data() + text.size(), sequence.beginning);
}

// Matches the sequence from `start` on, where the literal stands at its place.
Attempt match_at(const PatternSequence& sequence, std::string_view text, size_t start, int32_t group) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  Attempt attempt{begin + start};
  for (const Step& step : sequence.steps) {
    const char*& at = attempt.at;
    switch (step.kind) {
      case Kind::kText:
        at = step.is_found || starts_with(at, end, step.text) ? at + step.text.size() : nullptr;
        break;
      case Kind::kSet:
        at = take_set(step, at, end, attempt.undecided);
        break;
      case Kind::kGroupBegin:
        if (step.group == group) attempt.group_begin = at;
        break;
      case Kind::kGroupEnd:
        if (step.group == group) attempt.group_end = at;
        break;
      case Kind::kTextBegin:
        if (at != begin) at = nullptr;
        break;
      case Kind::kTextEnd:
        if (at != end) at = nullptr;
        break;
    }
    if (at == nullptr || attempt.undecided) break;
  }
  return attempt;
}

std::string_view piece(const char* begin, const char* end) {
  return begin == nullptr ? std::string_view() : std::string_view(begin, static_cast<size_t>(end - begin));
}

// A match of one sequence, or where its search ended.
struct SequenceMatch {
  OnePassPattern::Outcome outcome = OnePassPattern::Outcome::kNotFound;
  size_t start = 0;
  std::string_view found;
};

SequenceMatch find_sequence(const PatternSequence& sequence, std::string_view text, int32_t group) {
  SequenceMatch match;
  size_t from = sequence.literal_offset;
  for (int32_t failed = 0;; ++failed) {
    size_t start = 0;
    if (!sequence.literal.empty()) {
      const size_t at = find_bytes(text, sequence.literal, from);
      if (at == std::string_view::npos) return match;
      start = at - sequence.literal_offset;
      from = at + 1;
    } else if (failed > 0 || !begins_as(sequence, text)) {
      return match;
    }
    const Attempt attempt = match_at(sequence, text, start, group);
    if (attempt.undecided || failed == kFailedBeginningsMax) {
      match.outcome = OnePassPattern::Outcome::kUndecided;
      return match;
    }
    if (attempt.at == nullptr) continue;
    match.outcome = OnePassPattern::Outcome::kFound;
    match.start = start;
    match.found = group == 0 ? piece(text.data() + start, attempt.at) : piece(attempt.group_begin, attempt.group_end);
    return match;
  }
}

}  // namespace

void CharacterSet::add(unsigned char first, unsigned char last) {
  for (uint32_t c = first; c <= last; ++c) add(static_cast<unsigned char>(c));
}

void CharacterSet::add(const CharacterSet& other) {
  for (size_t c = 0; c < members_.size(); ++c) members_[c] = members_[c] || other.members_[c];
  beyond_ascii_ = beyond_ascii_ || other.beyond_ascii_;
}

void CharacterSet::invert() {
  for (size_t c = 0; c < kAsciiCharacters; ++c) members_[c] = !members_[c];
  beyond_ascii_ = !beyond_ascii_;
}

bool CharacterSet::overlaps(const CharacterSet& other) const {
  bool any = beyond_ascii_ && other.beyond_ascii_;
  for (size_t c = 0; c < kAsciiCharacters; ++c) any = any || (members_[c] && other.members_[c]);
  return any;
}

std::unique_ptr<const OnePassPattern> OnePassPattern::compile(std::string_view pattern) {
  auto sequences = parse_pattern_sequences(pattern);
  if (!sequences) return nullptr;
  auto result = std::make_unique<OnePassPattern>();
  result->sequences_ = std::move(*sequences);
  return result;
}

OnePassPattern::Outcome OnePassPattern::find(std::string_view text, int32_t group, std::string_view& found) const {
  // A pattern may match the empty text, whose data() must not be null for what is found in it.
  if (text.data() == nullptr) text = std::string_view("", 0);
  SequenceMatch first;
  for (const PatternSequence& sequence : sequences_) {
    const SequenceMatch match = find_sequence(sequence, text, group);
    if (match.outcome == Outcome::kUndecided) return Outcome::kUndecided;
    if (match.outcome == Outcome::kNotFound) continue;
    if (first.outcome == Outcome::kNotFound || match.start < first.start) first = match;
  }
  found = first.found;
  return first.outcome;
}

const std::string* OnePassPattern::only_text() const {
  const bool is_text = sequences_.size() == 1 && sequences_[0].steps.size() == 1 &&
                       sequences_[0].steps[0].kind == PatternSequence::Kind::kText;
  return is_text ? &sequences_[0].literal : nullptr;
}

}  // namespace tidemill
