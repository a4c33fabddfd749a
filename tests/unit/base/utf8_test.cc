#include "base/utf8.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

TEST(Utf8, EveryCodePointSurvives) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (!is_unicode_scalar(c)) continue;
    std::string text;
    append_utf8(text, c);
    const Utf8CodePoint back = decode_utf8(text);
    ASSERT_EQ(back.value, c);
    ASSERT_EQ(back.bytes, text.size());
  }
}

TEST(Utf8, RefusesWhatIsNotUtf8) {
  for (const std::string_view text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", ""}) {
    EXPECT_EQ(decode_utf8(text).bytes, 0u) << ::testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace tidemill
