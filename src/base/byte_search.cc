#include "base/byte_search.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tidemill {
namespace {

constexpr size_t kNpos = std::string_view::npos;
constexpr size_t kBlockBytes = 16;

// A bit a byte of the block at `at`, the first in the lowest.
#if defined(__SSE2__)
__m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

uint32_t equal_bits(const char* at, char c) {
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(at), _mm_set1_epi8(c))));
}
uint32_t high_bits(const char* at) { return static_cast<uint32_t>(_mm_movemask_epi8(load(at))); }

// Counts `c` in whole blocks, each byte's place by itself. Requires: no more blocks than a byte can count.
size_t count_in_blocks(const char* at, size_t blocks, char c) {
  const __m128i wanted = _mm_set1_epi8(c);
  __m128i counts = _mm_setzero_si128();
  for (; blocks > 0; --blocks, at += kBlockBytes) counts = _mm_sub_epi8(counts, _mm_cmpeq_epi8(load(at), wanted));
  const __m128i halves = _mm_sad_epu8(counts, _mm_setzero_si128());
  return static_cast<size_t>(_mm_extract_epi16(halves, 0)) + static_cast<size_t>(_mm_extract_epi16(halves, 4));
}
#else
uint32_t equal_bits(const char* at, char c) {
  uint32_t bits = 0;
  for (size_t i = 0; i < kBlockBytes; ++i) bits |= uint32_t{at[i] == c} << i;
  return bits;
}
uint32_t high_bits(const char* at) {
  uint32_t bits = 0;
  for (size_t i = 0; i < kBlockBytes; ++i) bits |= uint32_t{static_cast<unsigned char>(at[i])} >> 7U << i;
  return bits;
}
size_t count_in_blocks(const char* at, size_t blocks, char c) {
  return static_cast<size_t>(std::count(at, at + blocks * kBlockBytes, c));
}
#endif

// Calls body(at, bits of the block there) for whole blocks from `from` on, and once more for the last bytes, with the
// bits of those that came before left out, until it returns true. Returns where bytes are left that make no block.
template <class Bits, class Body>
size_t for_each_block(std::string_view text, size_t from, const Bits& bits_at, const Body& body) {
  size_t at = from;
  for (; at + kBlockBytes <= text.size(); at += kBlockBytes) {
    if (body(at, bits_at(text.data() + at))) return kNpos;
  }
  if (at == text.size() || text.size() < from + kBlockBytes) return at;
  const size_t last = text.size() - kBlockBytes;
  const auto seen = static_cast<uint32_t>(at - last);
  if (body(last, bits_at(text.data() + last) >> seen << seen)) return kNpos;
  return text.size();
}

}  // namespace

size_t find_bytes(std::string_view text, std::string_view part, size_t from) {
  if (part.empty() || from > text.size() || text.size() - from < part.size()) return text.find(part, from);
  const char first = part.front(), last = part.back();
  const size_t distance = part.size() - 1;
  // Where a beginning may stand.
  const std::string_view beginnings = text.substr(0, text.size() - distance);
  const std::string_view inner = part.substr(1, distance == 0 ? 0 : distance - 1);
  const auto fits = [&](size_t at) { return std::memcmp(text.data() + at + 1, inner.data(), inner.size()) == 0; };
  size_t found = kNpos;
  const size_t rest = for_each_block(
      beginnings, from, [&](const char* at) { return equal_bits(at, first) & equal_bits(at + distance, last); },
      [&](size_t at, uint32_t bits) {
        for (; bits != 0; bits &= bits - 1) {
          const size_t candidate = at + static_cast<size_t>(std::countr_zero(bits));
          if (!fits(candidate)) continue;
          found = candidate;
          return true;
        }
        return false;
      });
  if (found != kNpos) return found;
  for (size_t at = rest; at < beginnings.size(); ++at) {
    if (text[at] == first && text[at + distance] == last && fits(at)) return at;
  }
  return kNpos;
}

std::string_view nth_part(std::string_view text, char c, int64_t index) {
  size_t begin = 0, end = text.size();
  // Returns whether the part ends here.
  const auto take = [&](size_t at) {
    if (index == 0) {
      end = at;
      return true;
    }
    if (--index == 0) begin = at + 1;
    return false;
  };
  size_t at = for_each_block(
      text, 0, [&](const char* block) { return equal_bits(block, c); },
      [&](size_t block, uint32_t bits) {
        for (; bits != 0; bits &= bits - 1) {
          if (take(block + static_cast<size_t>(std::countr_zero(bits)))) return true;
        }
        return false;
      });
  for (; at < text.size(); ++at) {
    if (text[at] == c && take(at)) break;
  }
  return index == 0 ? text.substr(begin, end - begin) : std::string_view();
}

size_t count_byte(std::string_view text, char c) {
  if (text.size() < kBlockBytes) return static_cast<size_t>(std::ranges::count(text, c));
  constexpr size_t kBlocksMax = 255;  // what a byte can count
  const char* const end = text.data() + text.size();
  const char* at = text.data();
  size_t count = 0;
  for (size_t blocks = text.size() / kBlockBytes; blocks > 0;) {
    const size_t counted = std::min(blocks, kBlocksMax);
    count += count_in_blocks(at, counted, c);
    at += counted * kBlockBytes;
    blocks -= counted;
  }
  if (at == end) return count;
  const char* const last = end - kBlockBytes;  // of which the bytes before `at` were counted
  return count + static_cast<size_t>(std::popcount(equal_bits(last, c) >> static_cast<uint32_t>(at - last)));
}

size_t ascii_prefix(std::string_view text) {
  size_t found = kNpos;
  const size_t rest = for_each_block(
      text, 0, [](const char* at) { return high_bits(at); },
      [&](size_t at, uint32_t bits) {
        if (bits == 0) return false;
        found = at + static_cast<size_t>(std::countr_zero(bits));
        return true;
      });
  if (found != kNpos) return found;
  size_t at = rest;
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace tidemill
