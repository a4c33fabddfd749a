#include "functions/letter_case_kernel.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/byte_search.h"
#include "expr/result_column.h"
#include "functions/letter_case.h"

namespace tidemill {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = kOnes << 7;
constexpr uint64_t kCaseBitsShift = 2;  // 0x80 to 0x20, the bit in which both cases of a letter differ

// Returns 0x20 for each of eight ASCII bytes from `first` to `last`, 0 for the others. (Method: what is carried into
// the highest bit of a byte tells whether the byte is above a bound; H. Warren, Hacker's Delight, 6-1.)
uint64_t letters(uint64_t bytes, unsigned char first, unsigned char last) {
  const uint64_t from_first = bytes + (0x80U - first) * kOnes;
  const uint64_t behind_last = bytes + (0x7FU - last) * kOnes;
  return ((from_first ^ behind_last) & kHighBits) >> kCaseBitsShift;
}

template <LetterCase kWanted>
class LetterCaseKernel final : public ScalarFunction {
 public:
  ColumnPtr evaluate(const CallInput& call) const override {
    bool all_null = false;
    const BufferPtr validity = combine_validity(call.arguments, call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<Text> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    out.keep_alive(call.arguments[0]->text_buffers());
    const Decoded<Text> texts = call.arguments[0]->decode<Text>();
    std::string scratch;
    for_each_valid(call.selection, validity.get(), [&](int32_t row) {
      const Text& text = texts[row];
      if (!text.is_inline() || !change_inline(text, out[row])) out[row] = changed(text, scratch, out);
    });
    return out.finish();
  }

 private:
  static uint64_t other_letters(uint64_t bytes) {
    return kWanted == LetterCase::kLower ? letters(bytes, 'A', 'Z') : letters(bytes, 'a', 'z');
  }

  // A short text lies in two words; its size, the lowest four bytes, stays as it is. False where it is not ASCII.
  static bool change_inline(const Text& text, Text& to) {
    constexpr uint64_t kWithoutSize = ~uint64_t{0} << 32;
    auto words = std::bit_cast<std::array<uint64_t, 2>>(text);
    if ((((words[0] & kWithoutSize) | words[1]) & kHighBits) != 0) return false;
    words[0] ^= other_letters(words[0] & kWithoutSize);
    words[1] ^= other_letters(words[1]);
    to = std::bit_cast<Text>(words);
    return true;
  }

  static Text changed(const Text& text, std::string& scratch, ResultColumn<Text>& out) {
    const std::string_view bytes = text.view();
    scratch.clear();
    if (ascii_prefix(bytes) != bytes.size()) {
      kWanted == LetterCase::kLower ? append_lower(scratch, bytes) : append_upper(scratch, bytes);
      return out.copy(scratch);
    }
    scratch = bytes;
    return change_ascii(scratch) ? out.copy(scratch) : text;
  }

  // Returns whether there was something to change.
  static bool change_ascii(std::string& text) {
    uint64_t any = 0;
    size_t at = 0;
    for (uint64_t word = 0; at + sizeof(word) <= text.size(); at += sizeof(word)) {
      std::memcpy(&word, text.data() + at, sizeof(word));
      const uint64_t others = other_letters(word);
      any |= others;
      word ^= others;
      std::memcpy(text.data() + at, &word, sizeof(word));
    }
    for (; at < text.size(); ++at) {
      const auto others = static_cast<unsigned char>(other_letters(static_cast<unsigned char>(text[at])));
      any |= others;
      text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ others);
    }
    return any != 0;
  }
};

}  // namespace

ScalarFunctionPtr make_letter_case_kernel(LetterCase wanted) {
  if (wanted == LetterCase::kLower) return std::make_shared<LetterCaseKernel<LetterCase::kLower>>();
  return std::make_shared<LetterCaseKernel<LetterCase::kUpper>>();
}

}  // namespace tidemill
