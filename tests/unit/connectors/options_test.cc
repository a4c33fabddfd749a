#include "connectors/spi/options.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> kSpecs = {
      {"path", OptionType::kPath, "Where the files are.", "", true},
      {"interval", OptionType::kDuration, "How often.", "10 s"},
      {"limit", OptionType::kSize, "How much.", "64mb"},
      {"mode", OptionType::kEnum, "Which way.", "FAIL", false, {"FAIL", "DROP"}},
      {"rows", OptionType::kInt, "How many."},
      {"rate", OptionType::kDouble, "How likely."},
      {"strict", OptionType::kBool, "Whether.", "false"},
      {"delimiter", OptionType::kChar, "Between fields.", ","},
      {"password", OptionType::kSecret, "To get in."},
      {"url", OptionType::kUrl, "The server."},
      {"fields.#.kind", OptionType::kString, "Kind of a field."},
  };
  return kSpecs;
}

Options parse(OptionMap written) {
  written.emplace("path", "data");
  return Options::parse(written, specs(), "connector 'test'");
}

std::string error_of(OptionMap written) {
  try {
    parse(std::move(written));
  } catch (const UserError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

TEST(Options, ParsesEveryTypeAndTakesDefaults) {
  const Options options = parse({{"interval", "3min"},
                                 {"mode", "drop"},
                                 {"rows", "12"},
                                 {"rate", "0.25"},
                                 {"strict", "TRUE"},
                                 {"delimiter", "\\t"},
                                 {"url", "http://host"},
                                 {"fields.a.b.kind", "random"}});
  EXPECT_EQ(options.text("path"), "data");
  EXPECT_EQ(options.duration_ms("interval"), 180'000);
  EXPECT_EQ(options.bytes("limit"), int64_t{64} << 20);
  EXPECT_EQ(options.text("mode"), "DROP");
  EXPECT_EQ(options.integer("rows"), 12);
  EXPECT_EQ(options.number("rate"), 0.25);
  EXPECT_TRUE(options.boolean("strict"));
  EXPECT_EQ(options.character("delimiter"), '\t');
  EXPECT_EQ(options.find_text("fields.a.b.kind"), "random");
  EXPECT_FALSE(options.has("password"));
  EXPECT_TRUE(options.is_written("rows"));
  EXPECT_FALSE(options.is_written("limit"));
}

TEST(Options, NamesWhatIsWrongAndTheFormWanted) {
  EXPECT_EQ(error_of({{"intervall", "1 s"}}),
            "Unknown option 'intervall' of connector 'test' | Did you mean 'interval'? Options: delimiter, "
            "fields.#.kind, interval, limit, mode, password, path, rate, rows, strict, url.");
  EXPECT_EQ(error_of({{"interval", "soon"}}),
            "Option 'interval' must be a duration such as '10 s', '3min' or '500ms', not 'soon' | How often.");
  EXPECT_EQ(error_of({{"limit", "64 parsec"}}),
            "Option 'limit' must be a size such as '64mb' or '1 gb', not '64 parsec' | How much.");
  EXPECT_EQ(error_of({{"mode", "x"}}), "Option 'mode' must be one of FAIL, DROP, not 'x' | Which way.");
  EXPECT_EQ(error_of({{"rows", "1.5"}}), "Option 'rows' must be a whole number, not '1.5' | How many.");
  EXPECT_EQ(error_of({{"strict", "yes"}}), "Option 'strict' must be 'true' or 'false', not 'yes' | Whether.");
  EXPECT_EQ(error_of({{"delimiter", "||"}}),
            "Option 'delimiter' must be one ASCII character (or an escape: '\\t', '\\u0001'), not '||' | Between "
            "fields.");
  EXPECT_EQ(error_of({{"url", "host"}}),
            "Option 'url' must be a URL such as 'https://host/path', not 'host' | The server.");
  EXPECT_EQ(error_of({{"path", ""}}), "Option 'path' must be a path that is not empty, not '' | Where the files are.");
  try {
    Options::parse({}, specs(), "connector 'test'");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "Option 'path' is required by connector 'test'");
    EXPECT_EQ(error.hint(), "Add 'path' = '…' to WITH (…). Where the files are.");
  }
}

TEST(Options, DurationsAndSizesAsFlinkWritesThem) {
  const std::vector<std::pair<std::string, std::optional<int64_t>>> durations = {{"10 s", 10'000},
                                                                                 {"3min", 180'000},
                                                                                 {"500ms", 500},
                                                                                 {"7", 7},
                                                                                 {" 1 d ", 86'400'000},
                                                                                 {"2 H", 7'200'000},
                                                                                 {"1500 us", 1},
                                                                                 {"999 ns", 0},
                                                                                 {"", {}},
                                                                                 {"s", {}},
                                                                                 {"-1 s", {}},
                                                                                 {"1 month", {}},
                                                                                 {"1.5 s", {}},
                                                                                 {"9223372036854775807 d", {}}};
  for (const auto& [text, expected] : durations) EXPECT_EQ(parse_duration_ms(text), expected) << text;
  const std::vector<std::pair<std::string, std::optional<int64_t>>> sizes = {
      {"64mb", 64 << 20}, {"1 gb", 1 << 30}, {"100", 100}, {"2 kibibytes", 2048}, {"1 x", {}}, {"-5", {}}};
  for (const auto& [text, expected] : sizes) EXPECT_EQ(parse_size_bytes(text), expected) << text;
}

TEST(Options, SecretsAreNeverShown) {
  const OptionMap written = {{"path", "data"}, {"password", "p"}, {"undeclared.token", "t"}, {"other", "x"}};
  const OptionMap expected = {{"path", "data"}, {"password", "******"}, {"undeclared.token", "******"}, {"other", "x"}};
  EXPECT_EQ(redact(written, specs()), expected);
}

TEST(Options, APartKnowsItsFullNames) {
  const std::vector<OptionSpec> json = {{"json.strict", OptionType::kBool, "Whether.", "true"}};
  const Options options = Options::parse({{"json.strict", "false"}}, json, "format 'json'").under("json.");
  EXPECT_FALSE(options.boolean("strict"));
  EXPECT_EQ(options.full_name("strict"), "json.strict");
}

}  // namespace
}  // namespace tidemill
