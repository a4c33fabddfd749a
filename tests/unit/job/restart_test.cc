// Jobs that begin again after something outside has failed: nothing lost, nothing shown twice, and everybody can see
// it.
#include <gtest/gtest.h>

#include "base/error.h"
#include "env/simulated/simulated_environment.h"
#include "job/job.h"
#include "job/job_report.h"
#include "tests/unit/job/count_job.h"

namespace tidemill {
namespace {

// Fails after some rows, as often as it is told to; the world outside all attempts.
struct Weather {
  int64_t failures_left = 0;
  int64_t rows_between = 100;
  bool user_error = false;
  int64_t blind_starts = 0;  // how often nothing can be found out about the input
};

class StormySource final : public Source {
 public:
  StormySource(std::shared_ptr<const Source> source, Weather& weather)
      : source_(std::move(source)), weather_(weather) {}
  SchemaPtr schema() const override { return source_->schema(); }
  bool bounded() const override { return source_->bounded(); }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment, std::string_view state) const override {
    return std::make_unique<StormyEnumerator>(source_->make_enumerator(environment, state), weather_);
  }
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const override {
    return std::make_unique<StormyReader>(source_->make_reader(environment, subtask), weather_);
  }
  std::string description() const override { return "stormy"; }

 private:
  class StormyEnumerator final : public SplitEnumerator {
   public:
    StormyEnumerator(std::unique_ptr<SplitEnumerator> enumerator, Weather& weather)
        : enumerator_(std::move(enumerator)), weather_(weather) {}
    std::vector<Split> discover() override {
      if (weather_.blind_starts == 0) return enumerator_->discover();
      --weather_.blind_starts;
      if (weather_.user_error) throw UserError("There is no such topic");
      throw TransientError("The broker is not there yet");
    }
    std::optional<DurationMillis> rediscovery_interval_ms() const override {
      return enumerator_->rediscovery_interval_ms();
    }
    std::string snapshot() const override { return enumerator_->snapshot(); }

   private:
    std::unique_ptr<SplitEnumerator> enumerator_;
    Weather& weather_;
  };

  class StormyReader final : public Reader {
   public:
    StormyReader(std::unique_ptr<Reader> reader, Weather& weather) : reader_(std::move(reader)), weather_(weather) {}
    void add_splits(std::vector<Split> splits) override { reader_->add_splits(std::move(splits)); }
    ReadResult poll(int32_t max_rows, std::string_view preferred) override {
      if (weather_.failures_left > 0 && rows_ >= weather_.rows_between) {
        --weather_.failures_left;
        if (weather_.user_error) throw UserError("The data are wrong");
        throw TransientError("The broker has gone");
      }
      ReadResult result = reader_->poll(max_rows, preferred);
      if (result.batch) rows_ += result.batch->num_rows();
      return result;
    }
    std::vector<Split> positions() const override { return reader_->positions(); }
    int64_t records_in_errors() const override { return reader_->records_in_errors(); }

   private:
    std::unique_ptr<Reader> reader_;
    Weather& weather_;
    int64_t rows_ = 0;
  };

  std::shared_ptr<const Source> source_;
  Weather& weather_;
};

class RestartTest : public testing::Test {
 protected:
  JobOptions options(int64_t attempts) {
    JobOptions options = with_checkpoints();
    options.checkpoint_interval_ms = 20;
    options.restart.type = RestartOptions::Type::kFixedDelay;
    options.restart.attempts_max = attempts;
    options.restart.delay_ms = 5'000;
    return options;
  }
  Job& make(const JobOptions& options, bool bounded = true) {
    JobGraph graph = count_job(out_, 1, 2);
    SourceSpec& source = std::get<SourceSpec>(graph.vertices[0].spec);
    source.source = std::make_shared<StormySource>(
        count_source({.wait_probability = 0.3, .ignore_preferred = !bounded, .bounded = bounded}), weather_);
    job_ = std::make_unique<Job>("id", std::move(graph), environment_.get(), options, bounded);
    job_->start();
    return *job_;
  }

  SimulatedEnvironment environment_{3};
  sim::CommittedRows out_;
  Weather weather_;
  std::unique_ptr<Job> job_;
};

TEST_F(RestartTest, GoesOnFromTheNewestCheckpointAfterThePause) {
  weather_.failures_left = 4;
  Job& job = make(options(10));
  const EpochMillis begun = environment_.clock().now();
  job.run();
  EXPECT_EQ(job.state(), JobState::kFinished);
  EXPECT_EQ(out_.folded(), expected_counts());
  EXPECT_EQ(job.summary().rows_in, kSplits * kRowsPerSplit);
  EXPECT_GE(environment_.clock().now() - begun, 20'000);
  EXPECT_EQ(job.status().restarts, 4);
  const std::vector<std::string> notices = job.take_notices();
  ASSERT_EQ(notices.size(), 4u);
  EXPECT_TRUE(notices[3].starts_with("The job failed, and begins again in 5.0 s from checkpoint ")) << notices[3];
  EXPECT_TRUE(notices[3].ends_with(" (restart 4): The broker has gone")) << notices[3];
  EXPECT_TRUE(job.take_notices().empty());
}

TEST_F(RestartTest, BeforeTheFirstCheckpointItBeginsWhereItBegan) {
  weather_.failures_left = 3;
  weather_.rows_between = 0;
  make(options(3)).run();
  EXPECT_EQ(out_.folded(), expected_counts());
}

TEST_F(RestartTest, WithoutCheckpointsTooAndOutputThatWasNeverDecidedIsNotSeen) {
  weather_.failures_left = 3;
  JobOptions without = options(3);
  without.checkpoint_directory.clear();
  without.checkpoint_interval_ms = 0;
  make(without).run();
  EXPECT_EQ(out_.folded(), expected_counts());
}

TEST_F(RestartTest, FailsWhenTheStrategyGivesUp) {
  weather_.failures_left = 3;
  Job& job = make(options(2));
  EXPECT_THROW(job.run(), TransientError);
  EXPECT_EQ(job.state(), JobState::kFailed);
  const std::vector<std::string> notices = job.take_notices();
  ASSERT_EQ(notices.size(), 3u);
  EXPECT_EQ(notices[2],
            "The job is not restarted any more: it was restarted 2 times (restart-strategy.fixed-delay.attempts)");
}

TEST_F(RestartTest, WhatTheUserMustMendIsNotTriedAgain) {
  weather_ = {1, 100, true};
  Job& job = make(options(10));
  EXPECT_THROW(job.run(), UserError);
  EXPECT_EQ(job.state(), JobState::kFailed);
  EXPECT_EQ(job.status().restarts, 0);
}

TEST_F(RestartTest, WhileItWaitsItSaysWhyAndTakesWhatItCan) {
  for (const bool stop : {true, false}) {
    weather_.failures_left = 1;
    Job& job = make(options(10), false);
    job.run([&] { return job.state() == JobState::kRestarting; });
    const JobStatus status = job.status();
    EXPECT_EQ(status.restart_at - status.now, 5'000);
    EXPECT_EQ(status.metrics.rows_in >= 100, true);
    EXPECT_NE(status_text(status).find("RESTARTING"), std::string::npos);
    EXPECT_NE(status_text(status).find("; restart 1 in 5.0 s, because: The broker has gone"), std::string::npos)
        << status_text(status);
    EXPECT_EQ(
        job.checkpoint().value_or("taken"),
        "The job is RESTARTING, in 5.0 s, because it failed: The broker has gone. It cannot take a checkpoint now");
    EXPECT_TRUE(job.savepoint("").has_value());
    EXPECT_TRUE(job.stop({}, "").has_value());
    EXPECT_TRUE(job.inspect([](std::vector<TaskInspection>) {}).has_value());
    // Another process cannot come between two attempts.
    JobExecution other(count_job(out_, 1, 1), environment_.get(), with_checkpoints());
    EXPECT_THROW(other.start(), UserError);
    EpochResult stopped;
    if (stop)
      EXPECT_EQ(job.stop([&](const EpochResult& result) { stopped = result; }), std::nullopt);
    else
      EXPECT_EQ(job.cancel(), std::nullopt);
    job.run();
    EXPECT_EQ(job.state(), stop ? JobState::kStopped : JobState::kCanceled);
    EXPECT_EQ(stopped.decided, stop && job.status().checkpoints.last_epoch > 0);
    EXPECT_GE(job.summary().rows_in, 100);
  }
}

TEST_F(RestartTest, AnAttemptThatCannotBeginIsAFailureToo) {
  weather_.failures_left = 1;
  Job& job = make(options(3));
  job.run([&] { return job.state() == JobState::kRestarting; });
  environment_.faults().enable("file.open", 1.0, 1);
  job.run();
  EXPECT_EQ(environment_.faults().struck("file.open"), 1);
  EXPECT_EQ(job.state(), JobState::kFinished);
  EXPECT_EQ(job.status().restarts, 2);
  EXPECT_EQ(out_.folded(), expected_counts());
}

TEST_F(RestartTest, AFirstAttemptThatCannotBeginIsTriedAgain) {
  weather_.blind_starts = 2;
  Job& job = make(options(2));
  EXPECT_EQ(job.state(), JobState::kRestarting);
  EXPECT_TRUE(job.warnings().empty());
  EXPECT_EQ(job.status().failure, "The broker is not there yet");
  job.run();
  EXPECT_EQ(job.state(), JobState::kFinished);
  EXPECT_EQ(out_.folded(), expected_counts());
  EXPECT_EQ(job.status().restarts, 2);
  const std::vector<std::string> notices = job.take_notices();
  ASSERT_EQ(notices.size(), 2u);
  EXPECT_EQ(notices[0], "The job could not begin, and tries again in 5.0 s (restart 1): The broker is not there yet");
}

TEST_F(RestartTest, AFirstAttemptFailsAsTheStrategySays) {
  weather_.blind_starts = 2;
  EXPECT_THROW(make(options(1)).run(), TransientError);
  EXPECT_EQ(job_->state(), JobState::kFailed);
  weather_.blind_starts = 1;
  JobOptions none = options(1);
  none.restart.type = RestartOptions::Type::kNone;
  EXPECT_THROW(make(none), TransientError);
  EXPECT_EQ(job_->state(), JobState::kFailed);
  weather_ = {.user_error = true, .blind_starts = 1};
  EXPECT_THROW(make(options(1)), UserError);
  EXPECT_EQ(job_->state(), JobState::kFailed);
}

TEST_F(RestartTest, AJobThatHasNotBegunCanBeEnded) {
  for (const bool stop : {true, false}) {
    weather_.blind_starts = 1;
    Job& job = make(options(1), false);
    EXPECT_TRUE(job.checkpoint().has_value());
    EXPECT_EQ(stop ? job.stop() : job.cancel(), std::nullopt);
    job.run();
    EXPECT_EQ(job.state(), stop ? JobState::kStopped : JobState::kCanceled);
    EXPECT_EQ(job.summary().rows_in, 0);
  }
}

TEST_F(RestartTest, AFirstAttemptThatFailsChangesNothingAboutWhereTheJobBegins) {
  {
    JobExecution job(count_job(out_, 1, 2), environment_.get(), with_checkpoints());
    job.start();
    ASSERT_EQ(run_to_checkpoint(job, 200), 1);
    environment_.executor().crash();
  }
  out_.allow_taking_back();
  for (const bool fresh : {false, true}) {
    weather_.blind_starts = 2;
    JobOptions again = options(2);
    again.recovery.fresh = fresh;
    Job& job = make(again);
    job.run([&] { return job.state() == JobState::kRunning; });
    EXPECT_EQ(job.restored_epoch() > 0, !fresh);
    const std::vector<std::string> notices = job.take_notices();
    ASSERT_EQ(notices.size(), fresh ? 2u : 3u);
    EXPECT_EQ(notices.back(), fresh
                                  ? "The job could not begin, and tries again in 5.0 s (restart 2): The broker is not "
                                    "there yet"
                                  : "goes on from checkpoint 1 in 'ck'");
    environment_.executor().crash();
  }
}

}  // namespace
}  // namespace tidemill
