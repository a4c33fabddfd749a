// functions/text_equality.h - whether texts are equal. Rule: a text that lies in a column's value itself is compared as
// two words, without a look at its bytes.
#pragma once
#include <array>
#include <bit>
#include <vector>

#include "data/text.h"
#include "expr/scalar_function.h"

namespace tidemill {

// A short text as it lies in memory: size, bytes and zeros.
class ShortText {
 public:
  // Requires: text.is_inline().
  explicit ShortText(const Text& text) : words_(words_of(text)) {}
  // Any text: a long one is never equal, for its size is greater.
  bool operator==(const Text& other) const {
    const auto words = words_of(other);
    return ((words[0] ^ words_[0]) | (words[1] ^ words_[1])) == 0;
  }

 private:
  using Words = std::array<uint64_t, 2>;
  static Words words_of(const Text& text) { return std::bit_cast<Words>(text); }

  Words words_;
};

// Returns the kernel of = (or <>) of texts or bytes.
ScalarFunctionPtr make_text_equality(bool negated);

}  // namespace tidemill
