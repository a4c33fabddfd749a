#include "job/engine.h"

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

// As Flink names jobs without pipeline.name.
std::string default_name(const JobPlan& plan) {
  return plan.is_query ? "collect" : fmt::format("insert-into_{}", fmt::join(plan.tables_written, ","));
}

}  // namespace

Engine::Engine(std::unique_ptr<Registries> registries, std::unique_ptr<FileTables> files, Environment& environment)
    : registries_(std::move(registries)), files_(std::move(files)), environment_(environment) {}

Session& Engine::open_session() {
  sessions_.push_back(std::make_unique<Session>(*registries_, *files_, environment_));
  return *sessions_.back();
}

Job& Engine::create_job(const Session& session, JobPlan plan) {
  JobOptions options = session.job_options(plan.graph, plan.bounded);
  // What a query over bounded input shows is its result: it is asked anew each time, and never gone on with.
  if (plan.is_query && plan.bounded) {
    options.checkpoint_directory.clear();
    options.checkpoint_interval_ms = 0;
  }
  for (const std::unique_ptr<Job>& job : jobs_)
    if (!options.checkpoint_directory.empty() && job->checkpoint_directory() == options.checkpoint_directory)
      throw UserError(fmt::format("Job '{}' has its checkpoints in '{}' already; a directory belongs to one job",
                                  job->name(), options.checkpoint_directory),
                      "SET 'execution.checkpointing.dir' to another one before this statement, or make one job of both "
                      "with EXECUTE "
                      "STATEMENT SET");
  if (plan.graph.name.empty()) plan.graph.name = default_name(plan);
  std::string id = fmt::format("{:016x}{:016x}", environment_.random.next(), environment_.random.next());
  jobs_.push_back(
      std::make_unique<Job>(std::move(id), std::move(plan.graph), environment_, std::move(options), plan.bounded));
  return *jobs_.back();
}

Job* Engine::find_job(std::string_view id) {
  for (const std::unique_ptr<Job>& job : jobs_)
    if (job->id() == id) return job.get();
  return nullptr;
}

void Engine::forget_job(std::string_view id) {
  std::erase_if(jobs_, [&](const std::unique_ptr<Job>& job) {
    if (job->id() != id) return false;
    CHECK(job->state() == JobState::kCreated || is_end(job->state()));
    return true;
  });
}

}  // namespace tidemill
