#include "connectors/spi/connector.h"

#include <gtest/gtest.h>

#include "data/pretty.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

std::string check(const OptionMap& options) {
  return user_error([&] { check_options(test_connectors().of_table(options), options, test_formats()); });
}

TEST(Connectors, AreFoundByNameOrByTheNearest) {
  EXPECT_EQ(check({{"connector", "blackhole"}}), "no error");
  EXPECT_EQ(check({}),
            "Option 'connector' is missing | Add 'connector' = '…' to WITH (…). Connectors: blackhole, datagen, "
            "filesystem, hybrid, kafka, nexmark, print, upsert-kafka.");
  EXPECT_EQ(check({{"connector", "filesytem"}}),
            "Unknown connector 'filesytem' | Did you mean 'filesystem'? Connectors: blackhole, datagen, filesystem, "
            "hybrid, kafka, "
            "nexmark, print, upsert-kafka.");
  EXPECT_EQ(check({{"connector", "filesystem"}, {"path", "x"}, {"format", "jsno"}}),
            "Unknown format 'jsno' | Did you mean 'json'? Formats: csv, json.");
  EXPECT_EQ(check({{"connector", "print"}, {"format", "json"}}),
            "Unknown option 'format' of connector 'print' | Options: connector, print-identifier, sink.parallelism, "
            "standard-error.");
  EXPECT_EQ(check({{"connector", "filesystem"}, {"path", "x"}}),
            "Option 'format' is required by connector 'filesystem' | Add 'format' = '…' to WITH (…). How rows are "
            "encoded: csv, json.");
  const std::string misspelt =
      check({{"connector", "filesystem"}, {"path", "x"}, {"format", "json"}, {"json.ignore-parse-error", "true"}});
  EXPECT_EQ(misspelt.substr(0, misspelt.find('?')),
            "Unknown option 'json.ignore-parse-error' of connector 'filesystem' with format 'json' | Did you mean "
            "'json.ignore-parse-errors'");
}

TEST(Connectors, SayWhichWayTheyGo) {
  EXPECT_EQ(user_error([] { make_source({"a INT", {{"connector", "print"}}}); }),
            "Table 't' cannot be read: connector 'print' only takes rows | Use it as the target of INSERT INTO.");
  EXPECT_EQ(user_error([] { make_sink({"a INT", {{"connector", "datagen"}}}); }),
            "Table 't' cannot be written to: connector 'datagen' only gives rows | Use it in FROM.");
}

TEST(Connectors, ShownOptionsNeverThrow) {
  const OptionMap options = {{"connector", "x"}, {"password", "p"}, {"format", "y"}};
  EXPECT_EQ(shown_options(nullptr, options, test_formats()).at("password"), "******");
  EXPECT_EQ(shown_options(&test_connectors().get("filesystem"), options, test_formats()).at("password"), "******");
}

class PrintTest : public testing::Test {
 protected:
  std::string print(OptionMap options, Subtask subtask, const std::string& rows) {
    options.emplace("connector", "print");
    const auto sink = make_sink({"a INT, b STRING", options});
    EXPECT_EQ(sink->accepts(), SinkChangelog::kAny);
    const auto writer = sink->make_writer(world_.get(), subtask);
    writer->write(parse_batch(parse_schema("a INT, b STRING"), rows));
    writer->seal(1);
    EXPECT_TRUE(writer->prepare(1).empty());
    std::string out = world_.console().out() + world_.console().error();
    world_.console().clear();
    return out;
  }
  SimulatedEnvironment world_{1};
};

TEST_F(PrintTest, PrintsFlinksTextAndPrefixes) {
  const std::string rows = "+I | 1 | x\n-U | 1 | NULL\n+U | 2 | 'a, b'\n-D | NULL | ''";
  EXPECT_EQ(print({}, {0, 1}, rows), "+I[1, x]\n-U[1, null]\n+U[2, a, b]\n-D[null, ]\n");
  EXPECT_EQ(print({{"print-identifier", "id"}}, {0, 1}, "1 | x"), "id> +I[1, x]\n");
  EXPECT_EQ(print({{"print-identifier", "id"}}, {1, 2}, "1 | x"), "id:2> +I[1, x]\n");
  EXPECT_EQ(print({}, {1, 2}, "1 | x"), "2> +I[1, x]\n");
}

TEST_F(PrintTest, PrintsToStandardErrorWhenTold) {
  const auto sink = make_sink({"a INT", {{"connector", "print"}, {"standard-error", "true"}}});
  sink->make_writer(world_.get(), {})->write(parse_batch(parse_schema("a INT"), "1"));
  EXPECT_EQ(world_.console().error(), "+I[1]\n");
  EXPECT_EQ(world_.console().out(), "");
}

TEST_F(PrintTest, BlackholeTakesEverything) {
  const auto sink = make_sink({"a INT", {{"connector", "blackhole"}}});
  EXPECT_EQ(sink->accepts(), SinkChangelog::kNewest);
  const auto writer = sink->make_writer(world_.get(), {});
  writer->write(parse_batch(parse_schema("a INT"), "-D | 1"));
  writer->seal(1);
  EXPECT_TRUE(writer->prepare(1).empty());
}

}  // namespace
}  // namespace tidemill
