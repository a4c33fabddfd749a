#include "formats/csv/csv_index.h"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tidemill {
namespace {

constexpr size_t kBlockBytes = 64;  // a bit a byte in one word

// Of the bytes of a block, a bit each, the first in the lowest.
struct BlockBits {
  uint64_t found;      // one of the characters looked for
  uint64_t not_ascii;  // not exact: 0 where all are ASCII
};

#if defined(__SSE2__)
BlockBits scan_block(const char* text, char delimiter, char quote, char escape) {
  const __m128i delimiters = _mm_set1_epi8(delimiter);
  const __m128i quotes = _mm_set1_epi8(quote);
  const __m128i escapes = _mm_set1_epi8(escape);
  const __m128i newlines = _mm_set1_epi8('\n');
  BlockBits bits{0, 0};
  for (size_t i = 0; i < kBlockBytes; i += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
    const __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, newlines));
    const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, escapes));
    bits.found |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(ends, marks)))} << i;
    bits.not_ascii |= static_cast<uint32_t>(_mm_movemask_epi8(bytes));
  }
  return bits;
}
#else
BlockBits scan_block(const char* text, char delimiter, char quote, char escape) {
  BlockBits bits{0, 0};
  for (size_t i = 0; i < kBlockBytes; ++i) {
    const char c = text[i];
    const bool found = c == delimiter || c == '\n' || c == quote || c == escape;
    bits.found |= uint64_t{found} << i;
    bits.not_ascii |= static_cast<unsigned char>(c) & 0x80u;
  }
  return bits;
}
#endif

}  // namespace

CsvIndex::CsvIndex(const CsvDialect& dialect)
    : delimiter_(dialect.delimiter), quote_(dialect.quote.value_or('\n')), escape_(dialect.escape.value_or('\n')) {}

void CsvIndex::build(std::string_view text) {
  const size_t capacity = text.size() + kBlockBytes;
  if (capacity > capacity_) {
    offsets_ = std::make_unique_for_overwrite<uint32_t[]>(capacity);
    capacity_ = capacity;
  }
  size_ = 0;
  uint64_t not_ascii = 0;
  const auto take = [&](const char* block, size_t base) {
    BlockBits bits = scan_block(block, delimiter_, quote_, escape_);
    not_ascii |= bits.not_ascii;
    for (; bits.found != 0; bits.found &= bits.found - 1)
      offsets_[size_++] = static_cast<uint32_t>(base) + static_cast<uint32_t>(std::countr_zero(bits.found));
  };
  const size_t whole = text.size() - text.size() % kBlockBytes;
  for (size_t base = 0; base < whole; base += kBlockBytes) take(text.data() + base, base);
  if (whole < text.size()) {
    char last[kBlockBytes] = {};  // zeros: not looked for, unless a dialect does
    std::memcpy(last, text.data() + whole, text.size() - whole);
    take(last, whole);
    while (size_ > 0 && offsets_[size_ - 1] >= text.size()) --size_;
  }
  is_ascii_ = not_ascii == 0;
}

}  // namespace tidemill
