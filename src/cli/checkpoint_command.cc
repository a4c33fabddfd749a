// tidemill checkpoint: lists, verifies, shows, compares and removes checkpoints and savepoints, and asks one with SQL;
// no job is asked.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/config_options.h"
#include "checkpoint/checkpoint_description.h"
#include "checkpoint/checkpoint_directory.h"
#include "checkpoint/checkpoint_layout.h"
#include "checkpoint/checkpoint_listing.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "job/progress_text.h"
#include "saved_state/state_difference.h"

namespace tidemill {
namespace {

std::string taken_text(const ListedCheckpoint& listed) {
  return watermark_text(listed.manifest ? listed.manifest->time : listed.modified);
}

std::string kind_text(const ListedCheckpoint& listed) { return listed.manifest ? listed.manifest->kind : "-"; }

ControlJson listed_json(const ListedCheckpoint& listed) {
  ControlJson json = {
      {"path", listed.path},       {"epoch", listed.epoch},
      {"kind", kind_text(listed)}, {"taken_ms", listed.manifest ? ControlJson(listed.manifest->time) : ControlJson()},
      {"bytes", listed.bytes},     {"state", condition_text(listed.condition)}};
  if (!listed.problem.empty()) json["problem"] = listed.problem;
  return json;
}

class CheckpointRun {
 public:
  CheckpointRun(const CheckpointCommandOptions& options, Environment& environment,
                const std::function<bool()>& stop_requested)
      : options_(options), environment_(environment), stop_requested_(stop_requested) {}

  int run() {
    switch (options_.verb) {
      case CheckpointVerb::kList:
        return list();
      case CheckpointVerb::kVerify:
        return verify();
      case CheckpointVerb::kInspect:
        return options_.diff.empty() ? inspect() : compare();
      case CheckpointVerb::kQuery:
        return query();
      case CheckpointVerb::kRemove:
        return remove();
    }
    return kExitInternal;
  }

 private:
  FileSystem& files() { return environment_.files; }
  void print(const std::string& line) { environment_.console.write_out(line + "\n"); }
  std::vector<ListedCheckpoint> found() {
    std::vector<ListedCheckpoint> listed = list_checkpoints(files(), options_.path);
    if (listed.empty())
      throw UserError(fmt::format("'{}' holds no checkpoint", options_.path),
                      "Name the directory that was given to run --checkpoint-dir, or one checkpoint or savepoint");
    return listed;
  }

  int list() {
    const std::vector<ListedCheckpoint> all = found();
    if (!options_.json)
      print(fmt::format("{:>6}  {:<10}  {:<23}  {:>12}  {:>9}  {:<15}  PATH", "EPOCH", "KIND", "TAKEN (UTC)", "AGE",
                        "SIZE", "STATE"));
    for (const ListedCheckpoint& listed : all) {
      if (options_.json) {
        print(listed_json(listed).dump());
        continue;
      }
      const EpochMillis taken = listed.manifest ? listed.manifest->time : listed.modified;
      print(fmt::format("{:>6}  {:<10}  {:<23}  {:>12}  {:>9}  {:<15}  {}", listed.epoch, kind_text(listed),
                        taken_text(listed), short_duration(environment_.clock.now() - taken),
                        short_bytes(static_cast<uint64_t>(listed.bytes)), condition_text(listed.condition),
                        listed.path));
    }
    return kExitOk;
  }

  int verify() {
    int exit_code = kExitOk;
    for (const ListedCheckpoint& listed : found()) {
      std::vector<std::string> damaged;
      if (listed.condition == CheckpointCondition::kDamaged) damaged.push_back(listed.problem);
      if (listed.manifest) damaged = verify_checkpoint(files(), listed);
      if (!damaged.empty()) exit_code = kExitUserError;
      const std::string state = !damaged.empty()  ? "damaged"
                                : listed.manifest ? "good"
                                                  : std::string(condition_text(listed.condition));
      if (options_.json) {
        ControlJson json = listed_json(listed);
        json["state"] = state;
        json["damage"] = damaged;
        print(json.dump());
        continue;
      }
      print(fmt::format("{}: {} ({})", listed.path, state, short_bytes(static_cast<uint64_t>(listed.bytes))));
      for (const std::string& damage : damaged) print("  " + damage);
    }
    return exit_code;
  }

  int inspect() {
    const RecoveryPoint point = find_recovery_point(files(), options_.path);
    const CheckpointDescription description = describe_checkpoint(files(), point);
    print(options_.json ? description.json : description.text);
    return kExitOk;
  }

  int compare() {
    if (options_.rows < 0) throw UsageError("--rows cannot be negative");
    const SavedState before(files(), options_.diff);
    const SavedState after(files(), options_.path);
    DifferenceOptions options;
    options.rows_shown = options_.rows;
    const DifferenceText difference = difference_text(before, after, compare_states(before, after, files(), options));
    print(options_.json ? difference.json : difference.text);
    return kExitOk;
  }

  int query() {
    RunOptions run;
    run.script.settings = {fmt::format("{}={}", kStateCheckpoint.key, options_.path),
                           fmt::format("{}=automatic", kRuntimeMode.key)};  // final rows: state does not change
    run.format = options_.format;
    return run_sql(run, options_.sql, environment_, stop_requested_);
  }

  int remove() {
    const std::vector<ListedCheckpoint> listed = found();
    std::unique_ptr<FileLock> lock;
    try {
      lock = files().lock(fmt::format("{}/lock", options_.path));
    } catch (const UserError& error) {
      if (!options_.force)
        throw UserError(fmt::format("A job runs in '{}': {}", options_.path, error.what()),
                        "Stop it first, or add --force where it is known that nothing needs the checkpoint");
    }
    const auto named = std::find_if(listed.begin(), listed.end(), [this](const ListedCheckpoint& candidate) {
      return candidate.path == checkpoint_path(options_.path, options_.epoch);
    });
    if (named == listed.end())
      throw UserError(fmt::format("There is no checkpoint {} in '{}'", options_.epoch, options_.path),
                      fmt::format("'tidemill checkpoint ls {}' lists those there are", options_.path));
    if (!options_.force && is_last_good(listed, *named))
      throw UserError(fmt::format("Checkpoint {} is the last good one in '{}': without it the job begins anew",
                                  options_.epoch, options_.path),
                      "Add --force to remove it nevertheless");
    CheckpointDirectory(files(), options_.path).remove_checkpoint(options_.epoch);
    print(fmt::format("{} is removed", named->path));
    return kExitOk;
  }

  // Returns whether no other checkpoint that a run would go on from is good.
  bool is_last_good(const std::vector<ListedCheckpoint>& listed, const ListedCheckpoint& named) {
    const auto good = [this](const ListedCheckpoint& candidate) {
      return candidate.condition == CheckpointCondition::kComplete && candidate.directory == options_.path &&
             verify_checkpoint(files(), candidate).empty();
    };
    return good(named) && std::none_of(listed.begin(), listed.end(), [&](const ListedCheckpoint& candidate) {
             return candidate.path != named.path && good(candidate);
           });
  }

  const CheckpointCommandOptions& options_;
  Environment& environment_;
  const std::function<bool()>& stop_requested_;
};

}  // namespace

int checkpoint_command(const CheckpointCommandOptions& asked, Environment& environment,
                       const std::function<bool()>& stop_requested) {
  CheckpointCommandOptions options = asked;
  while (options.path.size() > 1 && options.path.ends_with('/')) options.path.pop_back();
  int exit_code = kExitOk;
  try {
    exit_code = CheckpointRun(options, environment, stop_requested).run();
  } catch (...) {
    const ErrorReport report = report_error(std::current_exception(), "", "");
    environment.console.write_error(report.text);
    exit_code = report.exit_code;
  }
  environment.console.flush();
  return exit_code;
}

}  // namespace tidemill
