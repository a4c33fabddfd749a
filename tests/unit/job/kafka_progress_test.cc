// What a job tells Kafka of how far it has read: the offsets of its group.
#include <gtest/gtest.h>

#include "builtins/builtins.h"
#include "env/simulated/simulated_environment.h"
#include "functions/all.h"
#include "job/job_execution.h"
#include "planner/statement_planner.h"
#include "sim/no_files.h"
#include "sql/parser.h"

namespace tidemill {
namespace {

class KafkaProgressTest : public testing::Test {
 protected:
  KafkaProgressTest() {
    register_builtin_functions(functions_);
    register_builtin_connectors(connectors_);
    register_builtin_formats(formats_);
    cluster().create_topic("in", 3);
    cluster().create_topic("out", 1);
    fill(0, 2);
    fill(1, 500);  // partition 2 is empty
  }

  SimulatedKafkaCluster& cluster() { return environment_.kafka().cluster(); }
  void fill(int32_t partition, int32_t messages) {
    for (int32_t i = 0; i < messages; ++i) {
      SimulatedKafkaLog::Entry entry;
      entry.value = fmt::format(R"({{"v": {}}})", i);
      cluster().append({"in", partition}, std::move(entry));
    }
  }
  // Offsets of the group, by partition; -1: none.
  std::vector<int64_t> group() {
    std::vector<int64_t> offsets;
    for (int32_t partition = 0; partition < 3; ++partition)
      offsets.push_back(cluster().group_offset("g", {"in", partition}));
    return offsets;
  }

  // A job that copies the topic, as it is at the start, to one that is written as `guarantee` says.
  JobGraph copy(const std::string& guarantee = "at-least-once") {
    Catalog catalog;
    Config config;
    sim::NoFiles files;
    StatementPlanner planner({catalog, config, functions_, connectors_, formats_, files});
    const std::string common = "'connector' = 'kafka', 'properties.bootstrap.servers' = 'simulated', 'format' = 'json'";
    const std::string script = fmt::format(
        "CREATE TABLE source (v INT) WITH ({0}, 'topic' = 'in', 'properties.group.id' = 'g', 'scan.startup.mode' = "
        "'earliest-offset', 'scan.bounded.mode' = 'latest-offset');"
        "CREATE TABLE sink (v INT) WITH ({0}, 'topic' = 'out', 'sink.delivery-guarantee' = '{1}', "
        "'sink.transactional-id-prefix' = 'job'); INSERT INTO sink SELECT v FROM source;",
        common, guarantee);
    std::optional<PlannedStatement> planned;
    for (const ast::StatementPtr& statement : parse_script(script)) planned = planner.plan(*statement, nullptr);
    return std::get<JobPlan>(*planned).graph;
  }
  static JobOptions with_checkpoints() {
    JobOptions options;
    options.checkpoint_directory = "ck";
    options.runtime.batch_rows = 10;
    options.runtime.check_contracts = true;
    return options;
  }
  // Runs until partition 0 has ended and partition 1 has not, and a checkpoint is made.
  void run_to_checkpoint(JobExecution& job) {
    job.start();
    job.run([&] { return job.metrics().operators.front().counters.at("numRecordsOut") >= 100; });
    bool made = false;
    job.trigger({BarrierKind::kCheckpoint, [&](const EpochResult& result) { made = result.decided; }});
    job.run([&] { return made; });
    ASSERT_FALSE(job.finished());
  }

  SimulatedEnvironment environment_{1};
  FunctionRegistry functions_;
  ConnectorRegistry connectors_;
  FormatRegistry formats_;
};

TEST_F(KafkaProgressTest, AJobThatEndsHasCommittedTheEndsOfItsPartitions) {
  JobExecution job(copy(), environment_.get(), with_checkpoints());
  job.start();
  job.run();
  EXPECT_EQ(group(), (std::vector<int64_t>{2, 500, 0}));
}

TEST_F(KafkaProgressTest, SoDoesOneWhoseTransactionsHoldTheOffsets) {
  JobExecution job(copy("exactly-once"), environment_.get(), with_checkpoints());
  job.start();
  job.run();
  EXPECT_EQ(group(), (std::vector<int64_t>{2, 500, 0}));
}

TEST_F(KafkaProgressTest, APartitionThatHasEndedIsInTheNextCheckpoint) {
  JobExecution job(copy(), environment_.get(), with_checkpoints());
  run_to_checkpoint(job);
  EXPECT_EQ(group()[0], 2);
  EXPECT_GE(group()[1], 50);
  EXPECT_LT(group()[1], 500);
  environment_.executor().crash();
}

// Between the decision and the commit a job can be killed: the next attempt, which has nothing to read of that
// partition, tells it.
TEST_F(KafkaProgressTest, ARestartTellsWhatHadEndedBeforeIt) {
  {
    JobExecution job(copy(), environment_.get(), with_checkpoints());
    run_to_checkpoint(job);
    environment_.executor().crash();
  }
  for (int32_t partition = 0; partition < 3; ++partition) cluster().set_group_offset("g", {"in", partition}, 0);
  JobExecution restarted(copy(), environment_.get(), with_checkpoints());
  restarted.start();
  EXPECT_GT(restarted.restored_epoch(), 0);
  restarted.run();
  EXPECT_EQ(group(), (std::vector<int64_t>{2, 500, 0}));
}

// Otherwise a query of somebody who looks into a topic would move the group of a job.
TEST_F(KafkaProgressTest, WithoutCheckpointsNothingIsCommitted) {
  JobExecution job(copy(), environment_.get(), {});
  job.start();
  job.run();
  EXPECT_EQ(group(), (std::vector<int64_t>{-1, -1, -1}));
}

}  // namespace
}  // namespace tidemill
