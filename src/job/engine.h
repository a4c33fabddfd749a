// job/engine.h - owns what a process runs: what statements may name, sessions, jobs. Rule: nothing is global; two
// engines in one process know nothing of each other.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "job/job.h"
#include "job/session.h"

namespace tidemill {

// The executor, its I/O pool, files and clock come with the environment and are shared by all jobs. One thread at a
// time, the one that owns the executor; a Job takes requests from any.
class Engine {
 public:
  // `environment` is borrowed and outlives the engine.
  Engine(std::unique_ptr<Registries> registries, std::unique_ptr<FileTables> files, Environment& environment);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Opens a session with no tables and default settings; it lives as long as the engine.
  Session& open_session();
  // Makes the job of a plan with the settings that `session` has now; it is CREATED. `fresh`: it passes over the
  // checkpoints in its directory. Throws UserError where another job of this engine keeps its checkpoints in the same
  // directory.
  Job& create_job(const Session& session, JobPlan plan, bool fresh = false);

  // Returns nullptr where there is none of this id.
  Job* find_job(std::string_view id);
  const std::vector<std::unique_ptr<Job>>& jobs() const { return jobs_; }
  // Forgets a job. Requires: it has ended, or was never started.
  void forget_job(std::string_view id);

 private:
  const std::unique_ptr<Registries> registries_;
  const std::unique_ptr<FileTables> files_;
  Environment& environment_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<std::unique_ptr<Job>> jobs_;  // in the order of their making
};

}  // namespace tidemill
