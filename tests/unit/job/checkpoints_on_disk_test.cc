// What `tidemill checkpoint` reads: lists, damage by file and place, contents.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "checkpoint/checkpoint_description.h"
#include "checkpoint/checkpoint_listing.h"
#include "env/simulated/simulated_environment.h"
#include "tests/unit/job/count_job.h"

namespace tidemill {
namespace {

class CheckpointsOnDiskTest : public testing::Test {
 protected:
  CheckpointsOnDiskTest() {
    JobExecution job(count_job(out_, 2, 2), environment_.get(), with_checkpoints());
    job.start();
    for (const int64_t rows : {200, 400, 600}) run_to_checkpoint(job, rows);
    std::optional<EpochResult> saved;
    job.save(BarrierKind::kSavepoint, "ck/savepoints/s1", [&](const EpochResult& result) { saved = result; });
    job.run([&] { return saved.has_value(); });
    environment_.executor().crash();
  }
  std::string summary(const std::string& path) {
    std::string text;
    for (const ListedCheckpoint& listed : list_checkpoints(environment_.files(), path))
      text += fmt::format("{} {} {} {}\n", listed.epoch, listed.manifest ? listed.manifest->kind : "-",
                          condition_text(listed.condition), listed.path);
    return text;
  }

  SimulatedEnvironment environment_{7};
  SimulatedFileSystem& files_ = environment_.files();
  sim::CommittedRows out_;
};

TEST_F(CheckpointsOnDiskTest, AreListedWithTheirCondition) {
  EXPECT_EQ(summary("ck"),
            "3 checkpoint complete ck/chk-3\n4 checkpoint complete ck/chk-4\n4 savepoint complete ck/savepoints/s1\n");
  EXPECT_EQ(summary("ck/chk-3"), "3 checkpoint complete ck/chk-3\n");
  EXPECT_EQ(summary("ck/savepoints/s1"), "4 savepoint complete ck/savepoints/s1\n");
  files_.put("ck/chk-4/_metadata", "x");
  files_.create_directories("ck/chk-5");
  files_.put("ck/fresh-4", "");
  EXPECT_EQ(summary("ck"),
            "3 checkpoint passed over ck/chk-3\n4 - damaged ck/chk-4\n5 - never completed ck/chk-5\n"
            "4 savepoint complete ck/savepoints/s1\n");
  EXPECT_THROW(list_checkpoints(files_, "nowhere"), UserError);
}

TEST_F(CheckpointsOnDiskTest, EveryByteIsVerified) {
  for (const std::string path : {"ck/chk-3", "ck/savepoints/s1"}) {
    const ListedCheckpoint listed = list_checkpoints(files_, path).at(0);
    EXPECT_TRUE(verify_checkpoint(files_, listed).empty());
    for (const std::string& name : listed.manifest->files()) {
      const std::string file = listed.directory + "/" + name, good = files_.get(file);
      for (size_t at = 0; at < good.size(); at += 61) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x20);
        files_.put(file, bad);
        const std::vector<std::string> damage = verify_checkpoint(files_, listed);
        ASSERT_EQ(damage.size(), 1u) << file << " at " << at;
        EXPECT_NE(damage[0].find(fmt::format("'{}' does not match its checksum", file)), std::string::npos);
      }
      files_.put(file, good.substr(0, good.size() / 2));
      EXPECT_FALSE(verify_checkpoint(files_, listed).empty());
      files_.remove(file);
      EXPECT_FALSE(verify_checkpoint(files_, listed).empty());
      files_.put(file, good);
    }
  }
}

TEST_F(CheckpointsOnDiskTest, AreDescribed) {
  const CheckpointDescription description = describe_checkpoint(files_, find_recovery_point(files_, "ck"));
  const auto json = nlohmann::json::parse(description.json);
  EXPECT_EQ(json["path"], "ck/chk-4");
  EXPECT_EQ(json["epoch"], 4);
  ASSERT_EQ(json["operators"].size(), 3u);
  EXPECT_EQ(json["operators"][1]["id"], "count");
  EXPECT_EQ(json["operators"][1]["tables"][0]["name"], "counts");
  EXPECT_EQ(json["operators"][1]["tables"][0]["records"], 10);
  EXPECT_GE(json["sources"][0]["counters"]["numRecordsOut"], 600);
  EXPECT_NE(description.text.find("a record table 'counts': 10 records"), std::string::npos) << description.text;
  EXPECT_NE(description.text.find("split \"split"), std::string::npos) << description.text;
}

}  // namespace
}  // namespace tidemill
