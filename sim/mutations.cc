#include "sim/mutations.h"

#include <algorithm>

namespace tidemill::sim {
namespace {

constexpr Mutation kMutations[] = {
    {"gate.skip_alignment", "barriers pass a task before all its inputs have delivered them"},
    {kDropTimer, "a restored operator has forgotten a timer"},
    {"mutation.skip_state_sync", "state files are not synced"},
    {"mutation.skip_manifest_sync", "the manifest is renamed without having been synced"},
    {"mutation.skip_directory_sync", "the names of state files are not synced"},
    {"mutation.decide_early", "a checkpoint is decided when the first task has acknowledged"},
    {"mutation.finish_before_decision", "rows are shown before their checkpoint is decided"},
    {"mutation.forget_prepared", "a restart does not finish what sinks had prepared"},
    {"mutation.skip_state_part", "a restore leaves out the state of subtasks"},
    {"mutation.restore_part_twice", "a restore takes the state of a subtask twice"},
    {kForgetMarks, "a changed page is not in a checkpoint of what changed"},
    {"mutation.remove_needed_files", "sections that later checkpoints build on are removed"},
    {"mutation.split_offset_by_one", "a split goes on one row too early"},
};

}  // namespace

std::span<const Mutation> all_mutations() { return kMutations; }

bool is_mutation(std::string_view name) {
  return std::any_of(std::begin(kMutations), std::end(kMutations),
                     [name](const Mutation& mutation) { return mutation.name == name; });
}

}  // namespace tidemill::sim
