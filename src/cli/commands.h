// cli/commands.h - the commands of the binary, one file each. Rule: results go to standard output, everything else to
// standard error; a command returns the process's exit code.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/environment.h"
#include "job/control_protocol.h"
#include "job/engine.h"
#include "results/result_writer.h"

namespace tidemill {

struct ScriptOptions {
  std::string file;                   // "-": standard input
  std::vector<std::string> settings;  // key=value
};

struct RunOptions {
  ScriptOptions script;
  ResultFormat format = ResultFormat::kTable;
  std::string checkpoint_directory = {};  // empty: as the script sets it
  std::string from = {};                  // checkpoint or savepoint; empty: as the script sets it
  bool fresh = false;                     // pass over the checkpoints in the directory
  bool allow_state_loss = false;
  std::string control = {};    // path of the control socket; empty: in the checkpoint directory, if any
  bool available_now = false;  // stop once all there is has been read
};

struct WhyOptions {
  ScriptOptions script;
  DurationMillis timeout_ms = 30'000;  // where the input does not come to an end: how long it is read
};

struct JobCommandOptions {
  ControlCommand command = ControlCommand::kStatus;
  std::string path;                           // checkpoint directory of a running job, or its control socket
  std::optional<std::string> savepoint = {};  // as in ControlRequest
  bool json = false;
};

enum class CheckpointVerb : uint8_t { kList, kVerify, kInspect, kQuery, kRemove };

struct CheckpointCommandOptions {
  CheckpointVerb verb = CheckpointVerb::kList;
  std::string path;   // directory of checkpoints; not of kList and kRemove also one checkpoint or savepoint
  int64_t epoch = 0;  // of kRemove
  bool json = false;
  bool force = false;
  std::string diff = {};  // of kInspect: the older checkpoint to compare with; empty: none
  int64_t rows = 10;      // of a comparison: shown a table
  std::string sql = {};   // of kQuery
  ResultFormat format = ResultFormat::kTable;
};

enum class KafkaVerb : uint8_t { kList, kAbort };

struct KafkaCommandOptions {
  KafkaVerb verb = KafkaVerb::kList;
  std::string servers;                  // host:port, separated by commas
  std::vector<std::string> properties;  // NAME=VALUE, of Java's client
  std::string prefix = {};              // of kAbort
  bool json = false;
};

struct TestOptions {
  std::vector<std::string> paths;
  bool rewrite = false;
};

// `stop_requested` says whether the user asked the process to end (Ctrl-C).
int run_command(const RunOptions& options, Environment& environment, const std::function<bool()>& stop_requested);
// The same for SQL that was read already; `options.script.file` is what errors call it, empty: nothing.
int run_sql(const RunOptions& options, std::string_view sql, Environment& environment,
            const std::function<bool()>& stop_requested);
// Runs every query and INSERT without writing anything, until all there is has been read, and says what holds output
// back.
int why_command(const WhyOptions& options, Environment& environment, const std::function<bool()>& stop_requested);
// Parses and plans every statement; reports every error it finds, and with `for_flink` also what real Flink would
// refuse.
int check_command(const ScriptOptions& options, bool for_flink, Environment& environment);
// Prints the plan of every query and INSERT.
int explain_command(const ScriptOptions& options, Environment& environment);
// Asks a running job, and prints what it answers.
int job_command(const JobCommandOptions& options, Environment& environment);
// Lists, verifies, shows, compares or removes checkpoints, or asks one with SQL; no job is asked.
int checkpoint_command(const CheckpointCommandOptions& options, Environment& environment,
                       const std::function<bool()>& stop_requested);
// Shows what transactions are open in a Kafka cluster, or ends those of a job.
int kafka_command(const KafkaCommandOptions& options, Environment& environment);
int test_command(const TestOptions& options, Environment& environment);

// Registries with everything that comes with Tidemill; their random numbers are the same each time, as tests want.
std::unique_ptr<Registries> make_builtin_registries();
// An engine with those, and with files in place of tables.
std::unique_ptr<Engine> make_builtin_engine(Environment& environment);
// Reads a script. Throws UserError where it cannot be read.
std::string read_script(const std::string& file, Environment& environment);
// Applies key=value pairs. Throws UsageError naming the pair; notes go to standard error.
void apply_settings(Session& session, const std::vector<std::string>& settings, Environment& environment);

}  // namespace tidemill
