// A job asked through its control channel, on the simulated world.
#include "job/control_channel.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/pretty.h"
#include "env/simulated/simulated_environment.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill {
namespace {

const SchemaPtr kRows = parse_schema("k STRING, x BIGINT");

JobGraph endless_graph(sim::CommittedRows& out) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += fmt::format("k{} | {}\n", i % 5, i);
  SourceSpec source;
  source.source = sim::make_log_source(kRows, {{"split", parse_batch(kRows, text)}}, {.bounded = false});
  source.schema = kRows;
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = kRows;
  sink.table = "out";
  JobGraph graph;
  graph.name = "copy";
  graph.vertices.push_back({"source", "Source[rows]", source, {}, 1});
  graph.vertices.push_back({"sink", "Sink[out]", sink, {{0, Shipping::kHash, {0}}}, 2});
  return graph;
}

class ControlChannelTest : public testing::Test {
 protected:
  ControlChannelTest() : job("id-1", endless_graph(out), simulated.get(), options(), false) {
    job.start();
    channel.emplace(job, simulated.get(), "ck/control.sock");
    job.run([&] { return job.status().metrics.rows_in == 40 && simulated.executor().quiet(); });
  }
  ~ControlChannelTest() override {
    if (!is_end(job.state())) (void)job.cancel();
    job.run();
  }
  static JobOptions options() {
    JobOptions options;
    options.checkpoint_directory = "ck";
    return options;
  }
  ControlJson ask(const ControlRequest& request) { return ask_job(simulated.get(), "ck", request, 1000); }
  ControlJson ask_line(std::string_view line) {
    return ControlJson::parse(simulated.services().ask("ck/control.sock", line, 1000));
  }

  SimulatedEnvironment simulated{1};
  sim::CommittedRows out;
  Job job;
  std::optional<ControlChannel> channel;
};

TEST_F(ControlChannelTest, Status) {
  const ControlJson answer = ask({ControlCommand::kStatus});
  EXPECT_EQ(answer["job"]["id"], "id-1");
  EXPECT_EQ(answer["job"]["state"], "RUNNING");
  EXPECT_EQ(answer["rows"]["in"], 40);
  EXPECT_EQ(answer["rows"]["out"], 40);
  EXPECT_EQ(answer["watermark_ms"], nullptr);
  EXPECT_NE(answer["text"].get<std::string>().find("rows         40 in, 40 out, 0 late, 0 in errors\n"),
            std::string::npos)
      << answer["text"];
}

TEST_F(ControlChannelTest, Metrics) {
  const ControlJson answer = ask({ControlCommand::kMetrics});
  ASSERT_EQ(answer["operators"].size(), 3u);
  EXPECT_EQ(answer["operators"][0]["counters"]["numRecordsOut"], 40);
  EXPECT_EQ(answer["edges"][0]["rows"], 40);
}

TEST_F(ControlChannelTest, Why) {
  const ControlJson answer = ask({ControlCommand::kWhy});
  EXPECT_EQ(answer["cause"], "output_flows");
  EXPECT_EQ(answer["sources"][0]["splits"][0]["id"], "split");
}

TEST_F(ControlChannelTest, CheckpointThenStop) {
  EXPECT_EQ(ask({ControlCommand::kCheckpoint})["epoch"], 1);
  EXPECT_TRUE(simulated.files().exists("ck/chk-1/_metadata"));
  EXPECT_EQ(ask({ControlCommand::kStop})["epoch"], 2);
  EXPECT_EQ(ask({ControlCommand::kStatus})["job"]["state"], "STOPPING");
  job.run();
  EXPECT_EQ(job.state(), JobState::kStopped);
  EXPECT_EQ(out.rows().size(), 40u);
  channel.reset();
  EXPECT_THROW(ask({ControlCommand::kStatus}), UserError);
}

TEST_F(ControlChannelTest, SavepointThenStopWithOne) {
  const ControlJson first = ask({ControlCommand::kSavepoint, "/backup"});
  const std::string directory = first["savepoint"];
  EXPECT_TRUE(directory.starts_with("/backup/savepoint-id-1-")) << directory;
  EXPECT_EQ(first["text"], "The savepoint is " + directory);
  EXPECT_TRUE(simulated.files().exists(directory + "/_metadata"));
  const std::string last = ask({ControlCommand::kStop, ""})["savepoint"];
  EXPECT_TRUE(last.starts_with("ck/savepoints/savepoint-id-1-")) << last;
  EXPECT_NE(last, directory);
  job.run();
  EXPECT_EQ(job.state(), JobState::kStopped);
  EXPECT_TRUE(simulated.files().exists(last + "/_metadata"));
}

TEST_F(ControlChannelTest, ASavepointThatCannotBeWrittenSaysWhyAndTheJobGoesOn) {
  simulated.files().put("/full", "a file");
  try {
    ask({ControlCommand::kSavepoint, "/full"});
    FAIL() << "there is a savepoint in a file";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("The savepoint failed: "), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("(the job goes on, with checkpoint 1)"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(ask({ControlCommand::kStatus})["job"]["state"], "RUNNING");
}

TEST_F(ControlChannelTest, CancelTwice) {
  EXPECT_TRUE(ask({ControlCommand::kCancel})["ok"]);
  EXPECT_TRUE(ask({ControlCommand::kCancel})["ok"]);
  EXPECT_THROW(ask({ControlCommand::kStop}), UserError);
  job.run();
  EXPECT_EQ(job.state(), JobState::kCanceled);
}

TEST_F(ControlChannelTest, BadInputIsAnsweredAndTheJobGoesOn) {
  for (const std::string line :
       {"", "x", "{}", "[1,2", "\xff\xfe", R"({"command":"explode"})", R"({"command":null})"}) {
    const ControlJson answer = ask_line(line);
    EXPECT_FALSE(answer["ok"]) << line;
    EXPECT_FALSE(answer["error"].get<std::string>().empty());
  }
  EXPECT_EQ(ask({ControlCommand::kStatus})["job"]["state"], "RUNNING");
}

TEST_F(ControlChannelTest, ASecondChannelAtThePathIsRefused) {
  EXPECT_THROW(ControlChannel(job, simulated.get(), "ck/control.sock"), UserError);
  EXPECT_EQ(ask({ControlCommand::kStatus})["job"]["state"], "RUNNING");
}

}  // namespace
}  // namespace tidemill
