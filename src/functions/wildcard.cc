#include "functions/wildcard.h"

#include <algorithm>

#include "data/utf8.h"

namespace tidemill {

std::optional<Wildcard> Wildcard::compile(std::string_view pattern, std::string_view escape) {
  Wildcard result;
  for (size_t at = 0; at < pattern.size();) {
    size_t step = utf8_step(pattern, at);
    std::string_view character = pattern.substr(at, step);
    at += step;
    if (!escape.empty() && character == escape) {
      if (at == pattern.size()) return std::nullopt;
      step = utf8_step(pattern, at);
      character = pattern.substr(at, step);
      at += step;
      if (character != "%" && character != "_" && character != escape) return std::nullopt;
      result.elements_.push_back({false, false, std::string(character)});
    } else {
      const bool any_text = character == "%";
      if (any_text && !result.elements_.empty() && result.elements_.back().any_text) continue;
      result.elements_.push_back({any_text, character == "_", std::string(character)});
    }
  }
  result.choose_shape();
  return result;
}

void Wildcard::choose_shape() {
  const bool leading = !elements_.empty() && elements_.front().any_text;
  const bool trailing = !elements_.empty() && elements_.back().any_text;
  const size_t from = leading ? 1 : 0;
  const size_t to = elements_.size() - (trailing && elements_.size() > from ? 1 : 0);
  for (size_t i = from; i < to; ++i) {
    if (elements_[i].any_text || elements_[i].any_character) return;
    literal_ += elements_[i].character;
  }
  if (leading && trailing) {
    shape_ = Shape::kContains;
  } else {
    shape_ = leading ? Shape::kSuffix : trailing ? Shape::kPrefix : Shape::kExact;
  }
}

bool Wildcard::matches(std::string_view text) const {
  switch (shape_) {
    case Shape::kExact:
      return text == literal_;
    case Shape::kPrefix:
      return text.starts_with(literal_);
    case Shape::kSuffix:
      return text.ends_with(literal_);
    case Shape::kContains:
      return text.find(literal_) != std::string_view::npos;
    case Shape::kGeneral:
      return matches_general(text);
  }
  return false;
}

// Greedy with one point of return: when a later element fails, the last % takes one more character (Kernighan, Pike,
// "The Practice of Programming", 1999, for one star; each new star replaces the point of return).
bool Wildcard::matches_general(std::string_view text) const {
  size_t at = 0, element = 0;
  std::optional<size_t> star;
  size_t star_at = 0;
  while (at < text.size()) {
    const size_t step = utf8_step(text, at);
    if (element < elements_.size() && elements_[element].any_text) {
      star = element++;
      star_at = at;
    } else if (element < elements_.size() &&
               (elements_[element].any_character || elements_[element].character == text.substr(at, step))) {
      ++element;
      at += step;
    } else if (star) {
      star_at += utf8_step(text, star_at);
      at = star_at;
      element = *star + 1;
    } else {
      return false;
    }
  }
  while (element < elements_.size() && elements_[element].any_text) ++element;
  return element == elements_.size();
}

}  // namespace tidemill
