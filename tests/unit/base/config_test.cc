// Settings: every definition is sound, every typed handle has one, and wrong values are refused with advice.
#include "base/config.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/config_options.h"
#include "base/error.h"
#include "base/units.h"

namespace tidemill {
namespace {

std::string error_of(std::string_view key, std::string_view value) {
  Config config;
  try {
    config.set(key, value);
  } catch (const UserError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

TEST(ConfigTest, DefinitionsAreSortedAndTheirDefaultsFit) {
  const auto definitions = config_definitions();
  EXPECT_TRUE(std::ranges::is_sorted(definitions, {}, &ConfigDefinition::key));
  for (const ConfigDefinition& definition : definitions) {
    EXPECT_FALSE(definition.doc.empty()) << definition.key;
    Config config;
    if (!definition.default_text.empty()) {
      EXPECT_NO_THROW(config.set(definition.key, definition.default_text)) << definition.key;
    }
  }
}

TEST(ConfigTest, EveryHandleReadsItsDefault) {
  const Config config;
  EXPECT_EQ(config.get(kParallelismDefault), 1);
  EXPECT_EQ(config.get(kPipelineMaxParallelism), 128);
  EXPECT_EQ(config.find(kPipelineName), std::nullopt);
  EXPECT_TRUE(config.get(kOperatorChaining));
  EXPECT_EQ(config.get(kAutoWatermarkInterval), 200);
  EXPECT_EQ(config.get(kRuntimeMode), "STREAMING");
  EXPECT_EQ(config.get(kBufferTimeout), 100);
  EXPECT_EQ(config.find(kCheckpointInterval), std::nullopt);
  EXPECT_EQ(config.get(kCheckpointTimeout), 600'000);
  EXPECT_EQ(config.find(kCheckpointDirectory), std::nullopt);
  EXPECT_EQ(config.get(kCheckpointsRetained), 2);
  EXPECT_EQ(config.find(kSavepointPath), std::nullopt);
  EXPECT_EQ(config.find(kStateMemorySize), std::nullopt);
  EXPECT_EQ(config.get(kStateTimeToLive), 0);
  EXPECT_EQ(config.get(kSourceIdleTimeout), 10'000);
  EXPECT_EQ(config.get(kRowtimeNullHandling), "FAIL");
  EXPECT_EQ(config.get(kNotNullEnforcer), "ERROR");
  EXPECT_EQ(config.get(kTypeLengthEnforcer), "IGNORE");
  EXPECT_EQ(config.get(kLocalTimeZone), "default");
  EXPECT_EQ(config.get(kLateRows), "SPLIT");
  EXPECT_EQ(config.get(kOverflow), "WRAP");
}

TEST(ConfigTest, SetReadsTextAndOldNames) {
  Config config;
  EXPECT_EQ(config.set("parallelism.default", "3"), std::nullopt);
  EXPECT_EQ(config.get(kParallelismDefault), 3);
  config.set("execution.runtime-mode", "batch");
  EXPECT_EQ(config.get(kRuntimeMode), "BATCH");
  config.set("state.checkpoints.dir", "/tmp/x");
  EXPECT_EQ(config.get(kCheckpointDirectory), "/tmp/x");
  EXPECT_TRUE(config.is_set("execution.checkpointing.dir"));
  config.reset("state.checkpoints.dir");
  EXPECT_EQ(config.find(kCheckpointDirectory), std::nullopt);
  config.reset_all();
  EXPECT_EQ(config.get(kParallelismDefault), 1);
}

TEST(ConfigTest, NotesSayThatASettingHasNoEffect) {
  Config config;
  EXPECT_NE(config.set("pipeline.object-reuse", "true"), std::nullopt);
  EXPECT_NE(config.set("my.own.key", "x"), std::nullopt);
}

TEST(ConfigTest, SettingsOfFlinkAreKeptWithANote) {
  Config config;
  for (const char* key : {"table.exec.rank.topn-cache-size", "execution.batch-shuffle-mode", "pipeline.jars",
                          "table.secret-store.kind", "state.backend.rocksdb.log.level", "taskmanager.host"}) {
    EXPECT_EQ(config.set(key, "x"),
              fmt::format("{} is not a setting of this engine; it is kept and changes nothing.", key));
    config.reset(key);
    EXPECT_FALSE(config.is_set(key));
  }
  // Part of a name, or more than it, is none.
  EXPECT_EQ(error_of("table.exec.rank.topn-cache-siz", "1").substr(0, 47),
            "Unknown setting: table.exec.rank.topn-cache-siz");
  EXPECT_NE(error_of("table.exec.rank.topn-cache-size.x", "1"), "");
  EXPECT_EQ(error_of("table.exec.legacy-cast-behaviour", "ENABLED"),
            "Setting table.exec.legacy-cast-behaviour cannot be 'ENABLED' | Use one of DISABLED.");
}

TEST(ConfigTest, WrongKeysAndValuesAreRefused) {
  EXPECT_EQ(error_of("parallelism.defualt", "1"),
            "Unknown setting: parallelism.defualt | Did you mean 'parallelism.default'?");
  EXPECT_EQ(error_of("table.nothing-like-it-at-all", "1"),
            "Unknown setting: table.nothing-like-it-at-all | SET without a key lists all settings.");
  EXPECT_EQ(error_of("parallelism.default", "0"),
            "Setting parallelism.default cannot be '0' | Use a whole number of at least 1.");
  EXPECT_EQ(error_of("pipeline.operator-chaining.enabled", "yes"),
            "Setting pipeline.operator-chaining.enabled cannot be 'yes' | Use true or false.");
  EXPECT_EQ(error_of("execution.buffer-timeout.interval", "soon"),
            "Setting execution.buffer-timeout.interval cannot be 'soon' | Use a duration such as 500 ms, 10 s, 3 min, "
            "1 h or 2 d.");
  EXPECT_EQ(error_of("late-rows", "never"), "Setting late-rows cannot be 'never' | Use one of SPLIT, MERGED.");
}

TEST(UnitsTest, DurationsPrintInTheirLargestWholeUnit) {
  EXPECT_EQ(format_duration_ms(0), "0 ms");
  EXPECT_EQ(format_duration_ms(1500), "1500 ms");
  EXPECT_EQ(format_duration_ms(10'000), "10 s");
  EXPECT_EQ(format_duration_ms(600'000), "10 min");
  EXPECT_EQ(format_duration_ms(7'200'000), "2 h");
  EXPECT_EQ(format_duration_ms(86'400'000), "1 d");
}

}  // namespace
}  // namespace tidemill
