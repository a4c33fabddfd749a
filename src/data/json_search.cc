#include "data/json_search.h"

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tidemill {
namespace {

bool is_quote(char c) { return c == '"' || c == '\\'; }
// A bracket is a brace without one bit.
bool is_bracket(char c) { return c == '"' || (c | 0x20) == '{' || (c | 0x20) == '}'; }

#if defined(__SSE2__)
struct Quotes {
  static __m128i match(__m128i bytes) {
    return _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  }
};
struct Brackets {
  static __m128i match(__m128i bytes) {
    const __m128i braces = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i either =
        _mm_or_si128(_mm_cmpeq_epi8(braces, _mm_set1_epi8('{')), _mm_cmpeq_epi8(braces, _mm_set1_epi8('}')));
    return _mm_or_si128(either, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
  }
};

// Moves `at` over whole blocks without a match, or to the first one. Returns whether it is at one.
template <class Marks>
bool find_in_blocks(std::string_view text, size_t& at) {
  for (; at + sizeof(__m128i) <= text.size(); at += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const auto found = static_cast<uint32_t>(_mm_movemask_epi8(Marks::match(bytes)));
    if (found == 0) continue;
    at += static_cast<size_t>(std::countr_zero(found));
    return true;
  }
  return false;
}
#else
struct Quotes {};
struct Brackets {};
template <class Marks>
bool find_in_blocks(std::string_view, size_t&) {
  return false;
}
#endif

}  // namespace

size_t find_json_quote(std::string_view text, size_t at) {
  if (find_in_blocks<Quotes>(text, at)) return at;
  while (at < text.size() && !is_quote(text[at])) ++at;
  return at;
}

size_t find_json_bracket(std::string_view text, size_t at) {
  if (find_in_blocks<Brackets>(text, at)) return at;
  while (at < text.size() && !is_bracket(text[at])) ++at;
  return at;
}

}  // namespace tidemill
