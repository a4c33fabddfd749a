// functions/wildcard.h - LIKE patterns: % is any text, _ one character. Rule: linear in the text for the usual shapes
// (x, x%, %x, %x%), at worst text times pattern; never recursive.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

class Wildcard {
 public:
  // Compiles a pattern. `escape` makes the next %, _ or escape character mean itself; empty: none. nullopt where an
  // escape is followed by anything else.
  static std::optional<Wildcard> compile(std::string_view pattern, std::string_view escape);
  bool matches(std::string_view text) const;

 private:
  enum class Shape { kExact, kPrefix, kSuffix, kContains, kGeneral };
  struct Element {
    bool any_text = false;       // %
    bool any_character = false;  // _
    std::string character;       // otherwise: this one, in UTF-8
  };
  bool matches_general(std::string_view text) const;
  void choose_shape();

  Shape shape_ = Shape::kGeneral;
  std::string literal_;
  std::vector<Element> elements_;
};

}  // namespace tidemill
