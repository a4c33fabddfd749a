// Jobs of an engine: their states, and what may be asked of them in each, twice and at the same time.
#include "job/engine.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "data/pretty.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill {
namespace {

const SchemaPtr kRows = parse_schema("k STRING, x BIGINT");

class NoFileTables final : public FileTables {
 public:
  TableDefinitionPtr infer(const std::string& path, SourceLocation) override { throw UserError("no file " + path); }
};

JobPlan plan_of(sim::CommittedRows& out, bool bounded) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += fmt::format("k{} | {}\n", i % 5, i);
  SourceSpec source;
  source.source = sim::make_log_source(kRows, {{"split", parse_batch(kRows, text)}}, {.bounded = bounded});
  source.schema = kRows;
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = kRows;
  JobPlan plan;
  plan.graph.name = "copy";
  plan.graph.vertices.push_back({"source", "Source", source, {}, 2});
  plan.graph.vertices.push_back({"sink", "Sink", sink, {{0, Shipping::kHash, {0}}}, 2});
  plan.bounded = bounded;
  return plan;
}

struct World {
  explicit World(uint64_t seed = 1) : simulated(seed), engine(make_engine(simulated.get())) {}
  static std::unique_ptr<Engine> make_engine(Environment& environment) {
    return std::make_unique<Engine>(std::make_unique<Registries>(), std::make_unique<NoFileTables>(), environment);
  }
  Job& job(bool bounded = false) {
    Session& session = engine->open_session();
    session.config().set("execution.checkpointing.dir", fmt::format("ck{}", engine->jobs().size()));
    return engine->create_job(session, plan_of(out, bounded));
  }

  sim::CommittedRows out;
  SimulatedEnvironment simulated;
  std::unique_ptr<Engine> engine;
};

void run_to(World& world, Job& job, int64_t rows) {
  job.run([&] { return job.status().metrics.rows_in >= rows && world.simulated.executor().quiet(); });
}

TEST(JobState, MovesOnlyAlongItsArrows) {
  constexpr JobState kAll[] = {JobState::kCreated,  JobState::kRunning, JobState::kStopping, JobState::kCancelling,
                               JobState::kFinished, JobState::kStopped, JobState::kCanceled, JobState::kFailed};
  std::string arrows;
  for (const JobState from : kAll)
    for (const JobState to : kAll) {
      if (!may_follow(from, to)) continue;
      EXPECT_FALSE(is_end(from));
      arrows += fmt::format("{} {}\n", job_state_text(from), job_state_text(to));
    }
  EXPECT_EQ(arrows,
            "CREATED RUNNING\nCREATED CANCELED\nCREATED FAILED\n"
            "RUNNING STOPPING\nRUNNING CANCELLING\nRUNNING FINISHED\nRUNNING FAILED\n"
            "STOPPING CANCELLING\nSTOPPING STOPPED\nSTOPPING FAILED\n"
            "CANCELLING CANCELED\n");
  JobStateMachine state;
  EXPECT_FALSE(state.move(JobState::kStopped));
  EXPECT_TRUE(state.move(JobState::kRunning));
  EXPECT_FALSE(state.move(JobState::kRunning));
  EXPECT_EQ(state.get(), JobState::kRunning);
}

TEST(Engine, RunsABoundedJobToItsEnd) {
  World world;
  Job& job = world.job(true);
  EXPECT_EQ(job.state(), JobState::kCreated);
  EXPECT_EQ(job.id().size(), 32u);
  EXPECT_EQ(world.engine->find_job(job.id()), &job);
  job.start();
  EXPECT_EQ(job.state(), JobState::kRunning);
  job.run();
  EXPECT_EQ(job.state(), JobState::kFinished);
  EXPECT_EQ(job.summary().rows_in, 300);
  EXPECT_EQ(world.out.rows().size(), 300u);
  EXPECT_EQ(job.status().checkpoints.published, 0);  // a bounded job has no publish epochs
  const std::string id = job.id();
  world.engine->forget_job(id);
  EXPECT_EQ(world.engine->find_job(id), nullptr);
}

TEST(Engine, AnUnboundedJobPublishesAndKeepsCheckpointsByDefault) {
  World world;
  Job& job = world.job();
  job.start();
  const EpochMillis until = SimulatedClock::kStart + 20'050;
  world.simulated.executor().at(until, [] {});
  job.run([&] { return world.simulated.clock().now() >= until && world.simulated.executor().quiet(); });
  EXPECT_EQ(job.status().checkpoints.completed, 2);    // each 10 s
  EXPECT_EQ(job.status().checkpoints.published, 198);  // each 100 ms, where there is no checkpoint
  EXPECT_EQ(job.stop(), std::nullopt);
  EXPECT_EQ(job.state(), JobState::kStopping);
  job.run();
  EXPECT_EQ(job.state(), JobState::kStopped);
}

TEST(Engine, StopTwiceGivesOneLastEpochToBoth) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    World world(seed);
    Job& job = world.job();
    job.start();
    run_to(world, job, 100);
    std::vector<EpochResult> results;
    const auto note = [&](EpochResult result) { results.push_back(result); };
    EXPECT_EQ(job.checkpoint(note), std::nullopt);
    EXPECT_EQ(job.stop(note), std::nullopt);
    EXPECT_EQ(job.stop(note), std::nullopt);
    EXPECT_EQ(job.savepoint("", note), std::nullopt);  // part of the last epoch
    job.run();
    EXPECT_EQ(job.state(), JobState::kStopped);
    ASSERT_EQ(results.size(), 4u) << seed;
    for (const EpochResult& result : results) EXPECT_TRUE(result.decided);
    EXPECT_EQ(results[1].epoch, results[2].epoch);
    EXPECT_GT(results[1].epoch, results[0].epoch);
    EXPECT_EQ(world.out.rows().size(), static_cast<size_t>(job.summary().rows_in));
  }
}

TEST(Engine, CancelTwiceAndCancelWhileStopping) {
  for (const bool stop_first : {false, true})
    for (uint64_t seed = 1; seed <= 30; ++seed) {
      World world(seed);
      Job& job = world.job();
      job.start();
      run_to(world, job, 100);
      std::optional<EpochResult> stopped;
      if (stop_first) {
        EXPECT_EQ(job.stop([&](EpochResult result) { stopped = result; }), std::nullopt);
      }
      EXPECT_EQ(job.cancel(), std::nullopt);
      EXPECT_EQ(job.cancel(), std::nullopt);
      EXPECT_NE(job.stop(), std::nullopt);
      EXPECT_NE(job.checkpoint(), std::nullopt);
      job.run();
      EXPECT_EQ(job.state(), JobState::kCanceled);
      EXPECT_EQ(stopped.has_value(), stop_first) << seed;
    }
}

TEST(Engine, WhatAStateDoesNotAllowIsRefusedWithAReason) {
  World world;
  Job& created = world.job();
  EXPECT_EQ(created.stop(), "The job is CREATED: it cannot be stopped");
  EXPECT_EQ(created.checkpoint(), "The job is CREATED: it cannot take a checkpoint");
  EXPECT_NE(created.inspect([](const auto&) {}), std::nullopt);
  EXPECT_EQ(created.status().started, kNoWatermark);
  EXPECT_EQ(created.cancel(), std::nullopt);
  EXPECT_EQ(created.state(), JobState::kCanceled);
  EXPECT_EQ(created.cancel(), "The job is CANCELED: it cannot be cancelled");
  created.start();  // stays as it is
  created.run();
  EXPECT_EQ(created.state(), JobState::kCanceled);

  Job& finished = world.job(true);
  finished.start();
  finished.run();
  EXPECT_EQ(finished.stop(), "The job is FINISHED: it cannot be stopped");
  EXPECT_EQ(finished.cancel(), "The job is FINISHED: it cannot be cancelled");
  EXPECT_EQ(finished.savepoint(""), "The job is FINISHED: it cannot take a savepoint");
  EXPECT_EQ(finished.state(), JobState::kFinished);
}

TEST(Engine, AJobThatCannotStartHasFailedAndLeavesItsDirectoryToOthers) {
  World world;
  Session& session = world.engine->open_session();
  session.config().set("execution.checkpointing.dir", "shared");
  JobPlan plan = plan_of(world.out, true);
  plan.graph.max_parallelism = 1;  // below its parallelism
  Job& failed = world.engine->create_job(session, std::move(plan));
  EXPECT_THROW(failed.start(), UserError);
  EXPECT_EQ(failed.state(), JobState::kFailed);
  EXPECT_NO_THROW(world.simulated.files().lock("shared/lock"));
}

TEST(Engine, OneJobADirectory) {
  World world;
  Session& session = world.engine->open_session();
  session.config().set("execution.checkpointing.dir", "file:///one/");
  Job& first = world.engine->create_job(session, plan_of(world.out, false));
  EXPECT_EQ(first.checkpoint_directory(), "/one");
  EXPECT_THROW(world.engine->create_job(session, plan_of(world.out, false)), UserError);
  // A query whose end is its result keeps none.
  JobPlan query = plan_of(world.out, true);
  query.is_query = true;
  EXPECT_EQ(world.engine->create_job(session, std::move(query)).checkpoint_directory(), "");
  session.config().set("execution.checkpointing.dir", "s3://bucket/one");
  EXPECT_THROW(world.engine->create_job(session, plan_of(world.out, false)), UserError);
  // Another process has it.
  const std::unique_ptr<Engine> other = World::make_engine(world.simulated.get());
  Session& theirs = other->open_session();
  theirs.config().set("execution.checkpointing.dir", "/one");
  Job& second = other->create_job(theirs, plan_of(world.out, false));
  first.start();
  try {
    second.start();
    FAIL() << "two processes in one directory";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("'/one/lock' is locked"), std::string::npos) << error.what();
    EXPECT_NE(error.hint().find("tidemill job stop /one"), std::string::npos) << error.hint();
  }
  EXPECT_EQ(first.cancel(), std::nullopt);
  first.run();
}

TEST(Engine, RequestsFromManyThreadsAtOnceAreAnsweredAndEndTheJobOnce) {
  for (int round = 0; round < 20; ++round) {
    sim::CommittedRows out;
    RealEnvironment environment(2);
    const std::unique_ptr<Engine> engine = World::make_engine(environment.get());
    Job& job = engine->create_job(engine->open_session(), plan_of(out, false));
    job.start();
    std::atomic<int> answered = 0, taken = 0, begun = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        const auto done = [&](const auto&) { ++answered; };
        for (int i = 0; i < 10; ++i)
          if (!job.checkpoint(done)) ++taken;
        if (!job.inspect(done)) ++taken;
        if (++begun == 4 || t % 2 == 0) {
          if (round % 3 == 0) (void)job.cancel();
          if (!job.stop(done)) ++taken;
        }
        (void)job.status();
      });
    job.run();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(job.state(),
              round % 3 == 0 && job.state() != JobState::kStopped ? JobState::kCanceled : JobState::kStopped);
    EXPECT_LE(answered.load(), taken.load());
    if (job.state() == JobState::kStopped) {
      EXPECT_EQ(out.rows().size(), static_cast<size_t>(job.summary().rows_in));
    }
  }
}

}  // namespace
}  // namespace tidemill
