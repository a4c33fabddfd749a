// Neither the size of the chunks nor where reading was broken off may show in what is read.
#include <gtest/gtest.h>

#include "env/simulated/simulated_environment.h"
#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

struct Input {
  TextTable table;
  std::string text;
};

const RecordErrorSettings kSkip = {RecordErrorPolicy::kSkip, ""};

std::vector<Input> inputs() {
  return {
      {{"json", "a INT, b STRING", {}, kSkip},
       "\xEF\xBB\xBF{\"a\":1,\"b\":\"a longer text, not inline\"}\n\n{\"a\":2,\"b\":\"é😀\"}\r\n{\"a\":3\n"
       "[{\"a\":4},{\"a\":5},7,{\"b\":\"x\\ny\"}]\n{\"b\":\"raw\ttab\"}\n  \n{\"a\":\"x\"}\n{\"a\":6}"},
      {{"csv", "a INT, b STRING", {}, kSkip},
       "\xEF\xBB\xBF"
       "1,a longer text not inline\r\n2,\"x\"\"y\"\n\n3,\"over\n\nlines \"\"q\"\"\"\nbad\n4,\"b\"c\n5,é😀\n6,\"\"\n7,"},
      {{"csv", "a INT, b STRING", {{"header", "true"}, {"escape-character", "\\"}}, kSkip},
       "b,c,\"a\"\nx,y,1\n\"x\\\"\",\\\n,2\nq,r,s\nz,z,3\n"},
      {{"debezium-json", "a INT, b STRING", {}, kSkip},
       "{\"after\":{\"a\":1,\"b\":\"a longer text, not inline\"},\"op\":\"c\"}\n\n"
       "{\"before\":{\"a\":1},\"after\":{\"a\":2,\"b\":\"é😀\"},\"op\":\"u\"}\r\n{\"a\":3\n"
       "[{\"before\":{\"a\":2},\"after\":{\"a\":4},\"op\":\"u\"},7,{\"op\":\"d\",\"before\":{\"a\":4}}]\n"
       "{\"before\":{\"a\":2},\"after\":{\"a\":\"x\"},\"op\":\"u\"}\n{\"op\":\"r\",\"after\":{\"b\":\"end\"}}"},
      {{"canal-json", "a INT, b STRING", {}, kSkip},
       "{\"data\":[{\"a\":1,\"b\":\"a longer text, not inline\"},{\"a\":2},{\"a\":3}],\"type\":\"INSERT\"}\n\n"
       "{\"data\":[{\"a\":4},{\"a\":5,\"b\":\"é😀\"}],\"old\":[{\"a\":1},{\"b\":null}],\"type\":\"UPDATE\"}\r\n{\"a\":"
       "3\n"
       "{\"data\":[{\"a\":6},{\"a\":\"x\"}],\"type\":\"INSERT\"}\n{\"data\":[{\"a\":4}],\"type\":\"DELETE\"}"},
  };
}

TEST(Chunks, OfAnySizeGiveTheSameRowsAndErrors) {
  for (const Input& input : inputs()) {
    const DecodedText whole = decode_text(input.table, input.text);
    ASSERT_GE(whole.rows.size(), 2u);
    ASSERT_EQ(whole.error, "");
    for (size_t chunk = 1; chunk <= 64; ++chunk) {
      for (const int32_t max_rows : {1, 2, 1024}) {
        const DecodedText cut = decode_text(input.table, input.text, {chunk, max_rows, {}});
        EXPECT_EQ(cut.rows, whole.rows) << input.table.format << " in chunks of " << chunk << ", " << max_rows
                                        << " rows";
        EXPECT_EQ(cut.errors_counted, whole.errors_counted) << chunk;
        EXPECT_EQ(cut.error, "");
      }
    }
  }
}

TEST(Chunks, ReadingGoesOnFromEveryPosition) {
  for (const Input& input : inputs()) {
    for (const size_t chunk : {size_t{1}, size_t{13}, size_t{4096}}) {
      const DecodedText whole = decode_text(input.table, input.text, {chunk, 1, {}});
      ASSERT_EQ(whole.points_behind_rows().size(), whole.rows.size());
      for (const DecodePoint& point : whole.points) {
        const DecoderPosition position = DecoderPosition::parse(point.position.to_string());
        EXPECT_EQ(position, point.position);
        const DecodedText rest = decode_text(input.table, input.text, {chunk, 3, position});
        const std::vector<std::string> expected(whole.rows.begin() + static_cast<ptrdiff_t>(point.rows),
                                                whole.rows.end());
        EXPECT_EQ(rest.rows, expected) << input.table.format << " from " << position.to_string();
        EXPECT_EQ(point.errors + rest.errors_counted, whole.errors_counted);
        EXPECT_EQ(rest.error, "");
      }
    }
  }
}

TEST(Chunks, PositionsAreTheSameAtAnyChunkSize) {
  for (const Input& input : inputs()) {
    const auto whole = decode_text(input.table, input.text, {4096, 1, {}}).points_behind_rows();
    for (size_t chunk = 1; chunk <= 64; ++chunk) {
      const auto cut = decode_text(input.table, input.text, {chunk, 1, {}}).points_behind_rows();
      ASSERT_EQ(cut.size(), whole.size()) << chunk;
      for (size_t i = 0; i < cut.size(); ++i) EXPECT_EQ(cut[i].position, whole[i].position) << chunk;
    }
  }
}

// The fast path and the scanner must read the same. A line with a raw tab in a string takes its whole window off the
// fast path.
TEST(Chunks, FastPathAndScannerAgreeOnDamagedLines) {
  const TextTable table = {"json", "a INT, b STRING, c DOUBLE, d TIMESTAMP(3)", {}, kSkip};
  const std::vector<std::string> lines = {
      R"({"a":1,"b":"text","c":1.5,"d":"2020-01-01 00:00:00"})",
      R"({"b":"a \"quoted\" and long text","x":[1,{"y":null}],"a":-20})",
      R"( { "c" : 2e3 , "a" : "7" , "z" : { "q" : [ true , false ] } } )",
      R"([{"a":1},{"b":"two"}])",
  };
  const std::string pieces = "{}[],:\"\\ntrue0123456789.eE+-\xC3\xA9 \r\t";
  SimulatedEnvironment environment(7);
  Random& random = environment.get().random;
  const auto below = [&](size_t count) { return static_cast<size_t>(random.next() % count); };
  int64_t accepted = 0;
  for (int32_t round = 0; round < 1500; ++round) {
    std::string text;
    for (int32_t i = 0; i < 3; ++i) {
      std::string line = lines[below(lines.size())];
      for (size_t edits = below(3); edits > 0; --edits) {
        const size_t at = below(line.size());
        const char piece = pieces[below(pieces.size())];
        switch (below(3)) {
          case 0:
            line[at] = piece;
            break;
          case 1:
            line.insert(at, 1, piece);
            break;
          default:
            line.erase(at, 1);
        }
      }
      text += line + "\n";
    }
    const DecodedText fast = decode_text(table, text);
    DecodedText scanned = decode_text(table, text + "{\"b\":\"\t\"}\n");
    ASSERT_FALSE(scanned.rows.empty());
    scanned.rows.pop_back();
    ASSERT_EQ(fast.rows, scanned.rows) << text;
    ASSERT_EQ(fast.errors_counted, scanned.errors_counted) << text;
    accepted += static_cast<int64_t>(fast.rows.size());
  }
  EXPECT_GT(accepted, 500) << "the damage leaves nothing to compare";
}

}  // namespace
}  // namespace tidemill
