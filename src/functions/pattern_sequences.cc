#include "functions/pattern_sequences.h"

#include <algorithm>
#include <utility>

namespace tidemill {
namespace {

using Kind = PatternSequence::Kind;
using Step = PatternSequence::Step;
using Sequence = std::vector<Step>;
using Sequences = std::vector<Sequence>;

constexpr size_t kSequencesMax = 16;  // each is searched for by itself

unsigned char byte_of(char c) { return static_cast<unsigned char>(c); }

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

// \d, \s and \w as RE2 has them: of ASCII alone.
std::optional<CharacterSet> named_set(char name) {
  CharacterSet set;
  switch (name) {
    case 'w':
      set.add('a', 'z');
      set.add('A', 'Z');
      set.add('_');
      [[fallthrough]];
    case 'd':
      set.add('0', '9');
      return set;
    case 's':
      for (const char c : {' ', '\t', '\n', '\f', '\r'}) set.add(byte_of(c));
      return set;
    default:
      return std::nullopt;
  }
}

// Grammar: alternatives = sequence { "|" sequence }; sequence = { atom [ "*" | "+" | "?" ] | "^" | "$" | "(" [ "?:" ]
// alternatives ")" }; a group is not repeated. Each function returns false at what it does not know.
class Parser {
 public:
  explicit Parser(std::string_view pattern) : rest_(pattern) {}

  std::optional<Sequences> parse() {
    Sequences sequences;
    if (!alternatives(sequences) || !rest_.empty()) return std::nullopt;
    return sequences;
  }

 private:
  bool at(char c) const { return rest_.starts_with(c); }
  bool take(char c) {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_repetition() const { return at('*') || at('+') || at('?') || at('{'); }

  bool alternatives(Sequences& out) {
    do {
      Sequences sequences = {{}};
      if (!sequence(sequences)) return false;
      std::ranges::move(sequences, std::back_inserter(out));
      if (out.size() > kSequencesMax) return false;
    } while (take('|'));
    return true;
  }

  bool sequence(Sequences& out) {
    while (!rest_.empty() && !at('|') && !at(')')) {
      if (take('(')) {
        if (!group(out)) return false;
      } else if (at('^') || at('$')) {
        append(out, {.kind = at('^') ? Kind::kTextBegin : Kind::kTextEnd});
        rest_.remove_prefix(1);
        if (at_repetition()) return false;
      } else if (!atom(out)) {
        return false;
      }
    }
    return true;
  }

  bool group(Sequences& out) {
    int32_t number = 0;
    if (at('?')) {
      if (!rest_.starts_with("?:")) return false;
      rest_.remove_prefix(2);
    } else {
      number = ++groups_;
      append(out, {.kind = Kind::kGroupBegin, .group = number});
    }
    Sequences inner;
    if (!alternatives(inner) || !take(')') || at_repetition()) return false;
    if (out.size() * inner.size() > kSequencesMax) return false;
    Sequences product;
    for (const Sequence& before : out) {
      for (const Sequence& behind : inner) {
        product.push_back(before);
        product.back().insert(product.back().end(), behind.begin(), behind.end());
      }
    }
    out = std::move(product);
    if (number != 0) append(out, {.kind = Kind::kGroupEnd, .group = number});
    return true;
  }

  // A character or a set, and how often it is repeated.
  bool atom(Sequences& out) {
    Step step{.kind = Kind::kSet};
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '[') {
      if (!set(step.set)) return false;
    } else if (c == '.') {
      step.set.add('\n');
      step.set.invert();
    } else if (c == '\\') {
      if (!escaped(step)) return false;
    } else if (c == '*' || c == '+' || c == '?' || c == '{' || c == '}' || c == ']') {
      return false;
    } else {
      step = {.kind = Kind::kText, .text = std::string(1, c)};
    }
    return repeated(step, out);
  }

  bool repeated(Step& step, Sequences& out) {
    if (at_repetition()) {
      const char mark = rest_.front();
      rest_.remove_prefix(1);
      if (mark == '{' || at_repetition()) return false;
      if (step.kind == Kind::kText) {
        const unsigned char byte = byte_of(step.text.front());
        if (byte >= 0x80) return false;  // only the last byte of the character
        step = {.kind = Kind::kSet};
        step.set.add(byte);
      }
      step.least = mark == '+' ? 1 : 0;
      step.most = mark == '?' ? 1 : PatternSequence::kUnbounded;
    }
    append(out, step);
    return true;
  }

  // What stands behind a backslash.
  bool escaped(Step& step) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (is_ascii_punctuation(c)) {
      step = {.kind = Kind::kText, .text = std::string(1, c)};
      return true;
    }
    const auto named = named_set(c);
    if (named) step.set = *named;
    return named.has_value();
  }

  // What stands behind [.
  bool set(CharacterSet& out) {
    const bool inverted = take('^');
    if (at(']')) return false;
    while (!take(']')) {
      if (!member(out)) return false;
    }
    if (inverted) out.invert();
    return true;
  }

  bool member(CharacterSet& out) {
    const auto first = set_character(out);
    if (!first) return false;
    const bool is_range = at('-') && !rest_.starts_with("-]");
    if (*first == kNamedSet) return !at('-');
    if (!is_range) {
      out.add(static_cast<unsigned char>(*first));
      return true;
    }
    rest_.remove_prefix(1);
    const auto last = set_character(out);
    if (!last || *last == kNamedSet || *last < *first) return false;
    out.add(static_cast<unsigned char>(*first), static_cast<unsigned char>(*last));
    return true;
  }

  static constexpr int32_t kNamedSet = -1;

  // Returns the character, or kNamedSet where it was a set that is now in `out`.
  std::optional<int32_t> set_character(CharacterSet& out) {
    if (rest_.empty()) return std::nullopt;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '[' || byte_of(c) >= 0x80) return std::nullopt;
    if (c != '\\') return byte_of(c);
    Step step{.kind = Kind::kSet};
    if (!escaped(step)) return std::nullopt;
    if (step.kind == Kind::kText) return byte_of(step.text.front());
    out.add(step.set);
    return kNamedSet;
  }

  static void append(Sequences& sequences, const Step& step) {
    for (Sequence& sequence : sequences) sequence.push_back(step);
  }

  std::string_view rest_;
  int32_t groups_ = 0;
};

bool is_wide(const Step& step) { return step.kind == Kind::kText || step.kind == Kind::kSet; }
bool is_of_fixed_width(const Step& step) { return !is_wide(step) || step.least == step.most; }

// What the step can begin with.
CharacterSet characters_of(const Step& step) {
  if (step.kind == Kind::kSet) return step.set;
  CharacterSet set;
  const unsigned char first = byte_of(step.text.front());
  first < 0x80 ? set.add(first) : set.add_beyond_ascii();
  return set;
}

// Whether what is repeated ends where something else begins: then it can be repeated in one way only.
bool ends_by_itself(const Sequence& steps, size_t repeated) {
  for (size_t i = repeated + 1; i < steps.size(); ++i) {
    if (steps[i].kind == Kind::kTextEnd) return true;
    if (!is_wide(steps[i])) continue;
    if (characters_of(steps[i]).overlaps(steps[repeated].set)) return false;
    if (steps[i].least > 0) return true;
  }
  return true;
}

// Characters that follow each other as one text.
Sequence with_joined_texts(const Sequence& steps) {
  Sequence joined;
  for (const Step& step : steps) {
    if (step.kind == Kind::kText && !joined.empty() && joined.back().kind == Kind::kText) {
      joined.back().text += step.text;
    } else {
      joined.push_back(step);
    }
  }
  return joined;
}

bool matches_in_one_way(const Sequence& steps) {
  bool begun = false;  // some character was there
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].kind == Kind::kTextBegin && begun) return false;
    begun = begun || is_wide(steps[i]);
    if (!is_of_fixed_width(steps[i]) && !ends_by_itself(steps, i)) return false;
  }
  return true;
}

// Returns the text that the steps begin with, empty where they begin with something else.
std::string first_text(const Sequence& steps) {
  const auto first = std::ranges::find_if(steps, [](const Step& step) { return is_wide(step); });
  return first != steps.end() && first->kind == Kind::kText ? first->text : std::string();
}

// Chooses the longest run of bytes that stands a fixed number of bytes behind the beginning. False where there is none,
// unless the sequence starts with ^.
bool choose_literal(PatternSequence& sequence) {
  size_t offset = 0;
  std::string run;
  std::vector<Step*> run_steps, literal_steps;
  const auto end_run = [&] {
    if (run.size() > sequence.literal.size()) {
      sequence.literal = run;
      sequence.literal_offset = offset - run.size();
      literal_steps = run_steps;
    }
    run.clear();
    run_steps.clear();
  };
  for (Step& step : sequence.steps) {
    if (step.kind == Kind::kTextBegin) {
      sequence.beginning = first_text(sequence.steps);
      return true;
    }
    if (!is_wide(step)) continue;
    if (!is_of_fixed_width(step) || step.set.has_beyond_ascii()) break;  // such a character is of several bytes
    if (step.kind == Kind::kText) {
      run += step.text;
      run_steps.push_back(&step);
      offset += step.text.size();
    } else {
      end_run();
      ++offset;
    }
  }
  end_run();
  for (Step* const step : literal_steps) step->is_found = true;
  return !sequence.literal.empty();
}

}  // namespace

std::optional<std::vector<PatternSequence>> parse_pattern_sequences(std::string_view pattern) {
  auto parsed = Parser(pattern).parse();
  if (!parsed) return std::nullopt;
  std::vector<PatternSequence> sequences;
  for (const Sequence& bytes : *parsed) {
    Sequence steps = with_joined_texts(bytes);
    if (!matches_in_one_way(steps)) return std::nullopt;
    if (!choose_literal(sequences.emplace_back(PatternSequence{std::move(steps), {}, 0, {}}))) return std::nullopt;
  }
  return sequences;
}

}  // namespace tidemill
