#include "checkpoint/manifest.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"

namespace tidemill {
namespace {

Manifest example() {
  Manifest manifest;
  manifest.epoch = 7;
  manifest.kind = "checkpoint";
  manifest.job = "INSERT INTO t";
  manifest.time = 1'700'000'000'123;
  const StateNames names{{"carrier", "dest"},
                         {{"value", Type::decimal(10, 2).not_null()}},
                         {{"COUNT(*)", "COUNT", Type::null()}, {"MAX(name)", "MAX", Type::string()}},
                         60'000,
                         {{"left", true, {{"name", Type::string()}, {"price", Type::float64()}}}},
                         {"rows"}};
  manifest.operators = {{"source-1", "Source[flights]", 2}, {"window-2", "WindowAggregate[TUMBLE]", 3, names}};
  manifest.sources = {{"source-1",
                       std::string("\x00\xff", 2),
                       {{{"a.jsonl", "120"}, 55, false}, {{"b.jsonl", "hex:"}, kNoWatermark, true}},
                       {{"numRecordsOut", 12}},
                       {{"c.jsonl", "7 to 7"}, {"d.jsonl", "\n"}}},
                      {"source-2", "", {}, {}}};
  manifest.states = {
      {"window-2",
       1,
       {{"chk-6/window-2-1.state", 100, 2000, 0xdeadbeefdeadbeef}, {"chk-7/window-2-1.state", 0, 20, 1}}}};
  manifest.sinks = {{"sink-3", 0, {"part-1", "line\nbreak"}}};
  return manifest;
}

TEST(Manifest, ReadsBackWhatItWrote) {
  EXPECT_EQ(Manifest::decode(example().encode(), "m"), example());
  EXPECT_EQ(Manifest::decode(Manifest().encode(), "m"), Manifest());
}

// Versions before them wrote no names; a later one may know more types.
TEST(Manifest, ReadsWithoutNamesAndWithTypesThatItDoesNotKnow) {
  std::string body = example().encode();
  body.resize(body.rfind("checksum "));
  const auto decode = [](const std::string& text) {
    return Manifest::decode(text + fmt::format("checksum {:016x}\n", hash_bytes(text.data(), text.size())), "m");
  };
  const size_t name = body.find("\"keys\"");
  std::string renamed = body;
  renamed.replace(name, 6, "\"what\"");
  EXPECT_TRUE(decode(renamed).operators[1].names.keys.empty());
  const size_t kind = body.find(fmt::format("{},", static_cast<int>(TypeKind::kDecimal)), body.find("\"values\""));
  std::string unknown = body;
  unknown.replace(kind, 1, "99");
  EXPECT_EQ(decode(unknown).operators[1].names.values[0].type, Type::null());
}

TEST(Manifest, AnyChangedByteIsRefusedByName) {
  const std::string good = example().encode();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    try {
      Manifest::decode(bad, "chk-7/_metadata");
      FAIL() << "byte " << i << " was not noticed";
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find("chk-7/_metadata"), std::string::npos);
    }
  }
}

TEST(Manifest, ATornFileIsRefused) {
  const std::string good = example().encode();
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(Manifest::decode(std::string_view(good).substr(0, size), "m"), UserError) << size;
}

TEST(Manifest, AnotherFormatIsRefused) {
  for (const int32_t version : {kManifestVersionOldest - 1, kManifestVersion + 1}) {
    std::string body = example().encode();
    body.resize(body.rfind("checksum "));
    const std::string mine = fmt::format("\"version\": {}", kManifestVersion);
    const size_t at = body.find(mine);
    ASSERT_NE(at, std::string::npos);
    body.replace(at, mine.size(), fmt::format("\"version\": {}", version));
    const std::string other = body + fmt::format("checksum {:016x}\n", hash_bytes(body.data(), body.size()));
    try {
      Manifest::decode(other, "m");
      FAIL();
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find(fmt::format("format {}", version)), std::string::npos);
    }
  }
}

TEST(Manifest, NamesTheFilesItNeeds) {
  EXPECT_EQ(example().files(), (std::set<std::string>{"chk-6/window-2-1.state", "chk-7/window-2-1.state"}));
}

TEST(Manifest, DoesNotDependOnWhichTaskAnsweredFirst) {
  TaskSnapshot a, b;
  a.states = {{"w", 0, {{"f0", 0, 1, 1}}}};
  a.sources = {{"s", {{{"x", "1"}, 5, false}}, {{"n", 2}}}};
  b.states = {{"w", 1, {{"f1", 0, 1, 1}}}};
  b.sources = {{"s", {{{"c", "1"}, 6, false}}, {{"n", 3}}}};
  b.sinks = {{"k", 0, {"part"}}};
  Manifest first, second;
  first.sources = second.sources = {{"s", "", {}, {}}};
  first.add(a);
  first.add(b);
  second.add(b);
  second.add(a);
  first.sort();
  second.sort();
  EXPECT_EQ(first, second);
  EXPECT_EQ(first.sources[0].counters.at("n"), 5);
}

}  // namespace
}  // namespace tidemill
