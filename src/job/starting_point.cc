#include "job/starting_point.h"

#include "base/error.h"
#include "checkpoint/recovery_point.h"

namespace tidemill {
namespace {

// Looks into the job's own directory.
void go_on(StartingPoint& start, CheckpointDirectory& own, bool fresh) {
  if (fresh) {
    const int64_t passed_over = own.pass_over_all();
    if (passed_over > 0)
      start.note = fmt::format("begins anew; {} in '{}' {} passed over, and {}",
                               passed_over == 1 ? "1 checkpoint" : fmt::format("{} checkpoints", passed_over),
                               own.directory(), passed_over == 1 ? "is" : "are", passed_over == 1 ? "stays" : "stay");
  }
  start.first_epoch = own.sweep() + 1;
  if (fresh) return;
  start.manifest = own.last_decided();
  start.warnings = own.refused();
  if (!start.manifest) return;
  start.directory = own.directory();
  start.began_from = start.manifest->began_from;
  start.place = fmt::format("checkpoint {} in '{}'", start.manifest->epoch, own.directory());
  start.note = fmt::format("goes on from {}", start.place);
}

void begin_from(StartingPoint& start, RecoveryPoint point) {
  start.place = recovery_point_text(point);
  start.note += fmt::format("{}begins from {}", start.note.empty() ? "" : "; ", start.place);
  start.first_epoch = std::max(start.first_epoch, point.manifest.epoch + 1);
  start.directory = point.directory;
  start.began_from = point.identity;
  start.warnings.insert(start.warnings.end(), point.passed_over.begin(), point.passed_over.end());
  start.manifest = std::move(point.manifest);
}

}  // namespace

StartingPoint find_starting_point(FileSystem& files, CheckpointDirectory* own, const RecoveryOptions& options) {
  StartingPoint start;
  if (own != nullptr) go_on(start, *own, options.fresh);
  if (options.from.empty()) return start;
  if (!start.manifest) {
    begin_from(start, find_recovery_point(files, options.from));
    return start;
  }
  // Run again with the same command: it began from there, and has gone on since.
  const std::string identity = recovery_identity(files, options.from);
  if (!start.began_from.empty() && (identity.empty() || identity == start.began_from)) return start;
  throw UserError(fmt::format("The job has checkpoints of its own in '{}', the newest is {}; beginning from '{}' would "
                              "go back behind them",
                              own->directory(), start.manifest->epoch, options.from),
                  "Leave --from (execution.state-recovery.path) out to go on from them, add --fresh to pass over them, "
                  "or keep the new checkpoints in another directory");
}

}  // namespace tidemill
