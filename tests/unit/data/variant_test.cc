#include "data/variant.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

std::string variant_of(std::string_view json) {
  std::string bytes;
  EXPECT_FALSE(append_variant(json, false, bytes)) << json;
  return bytes;
}

std::string text_of(std::string_view variant) {
  std::string text;
  append_variant_json(text, variant);
  return text;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

// Frozen: keys and checkpoints hold these bytes.
TEST(Variant, HasTheSameBytesForEver) {
  EXPECT_EQ(hex(variant_of("null")), "00");
  EXPECT_EQ(hex(variant_of("false")), "01");
  EXPECT_EQ(hex(variant_of("true")), "02");
  EXPECT_EQ(hex(variant_of("-2")), "03feffffffffffffff");
  EXPECT_EQ(hex(variant_of("1.50")),
            "0401"
            "0f000000000000000000000000000000");
  EXPECT_EQ(hex(variant_of("1e0")), "05000000000000f03f");
  EXPECT_EQ(hex(variant_of("\"a\\u00e9\"")), "0661c3a9");
  EXPECT_EQ(hex(variant_of("[null,[]]")),
            "07"
            "02000000"
            "01000000"
            "06000000"
            "00"
            "0700000000");
  EXPECT_EQ(hex(variant_of("{\"b\":true,\"a\":\"x\"}")),
            "08"
            "02000000"
            "01000000"
            "02000000"
            "02000000"
            "03000000"
            "6162"
            "0678"
            "02");
}

TEST(Variant, OneValueHasOneForm) {
  EXPECT_EQ(variant_of("{\"b\": 1, \"a\": 2.0}"), variant_of("{\"a\":2,\"b\":1.00}"));
  EXPECT_EQ(variant_of("-0"), variant_of("0.000"));
  EXPECT_NE(variant_of("1"), variant_of("1e0"));
}

TEST(Variant, PrintsWhatItReads) {
  for (const std::string_view json :
       {"{\"a\":[1,2.5,\"x\",null,true],\"b\":{\"c\":[]}}", "123456789012345678901234567890", "-9223372036854775808",
        "0.00000000000000000000000000000000000001", "\"\\n\\\"\"", "1.0E10", "[[[[]]]]", "{\"\":{}}"})
    EXPECT_EQ(text_of(variant_of(json)), json);
}

TEST(Variant, FindsMembersAndElements) {
  const std::string variant = variant_of("{\"b\":1,\"a\":[7,\"x\"],\"\":null,\"ab\":2}");
  EXPECT_EQ(text_of(*variant_member(variant, "a")), "[7,\"x\"]");
  EXPECT_EQ(text_of(*variant_member(variant, "")), "null");
  EXPECT_EQ(text_of(*variant_member(variant, "ab")), "2");
  EXPECT_FALSE(variant_member(variant, "aa"));
  EXPECT_FALSE(variant_member(variant, "c"));
  const std::string_view array = *variant_member(variant, "a");
  EXPECT_EQ(text_of(*variant_element(array, 1)), "\"x\"");
  EXPECT_FALSE(variant_element(array, 2));
  EXPECT_FALSE(variant_element(array, -1));
  EXPECT_EQ(std::string(*variant_element(array, 0)), variant_of("7")) << "a part is a value";
}

TEST(Variant, SaysWhereItIsNoJson) {
  std::string bytes;
  EXPECT_EQ(append_variant("{\"a\": }", false, bytes)->offset, 6u);
  EXPECT_EQ(append_variant("{\"a\":1,\"a\":2}", false, bytes)->message, "the key 'a' comes twice");
  EXPECT_TRUE(append_variant("", false, bytes));
  const std::string deep(2000, '[');
  EXPECT_EQ(append_variant(deep, false, bytes)->message, "it is nested too deeply");
}

TEST(Variant, DamagedBytesAreSeen) {
  const std::string good = variant_of("{\"a\":[1,2.5,\"xyz\",null,1e3],\"bc\":{\"d\":true}}");
  EXPECT_TRUE(is_valid_variant(good));
  for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(is_valid_variant(good.substr(0, size))) << size;
  EXPECT_FALSE(is_valid_variant(good + '\0'));
  // Whatever a byte becomes, what is taken for valid can be printed.
  for (size_t at = 0; at < good.size(); ++at) {
    for (const int change : {1, 0x80, 0xff}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ change);
      if (is_valid_variant(bad)) text_of(bad);
    }
  }
  EXPECT_FALSE(is_valid_variant("\x09"));
  EXPECT_FALSE(is_valid_variant("\x06\xff"));
}

}  // namespace
}  // namespace tidemill
