// Damages each file of a checkpoint directory in every way, starts the job again, and demands that it says so by the
// file's name: by refusing, or by a warning and going on from an older checkpoint, to the right end. What nobody needs
// any more may be damaged in silence.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/checkpoint_directory.h"
#include "sim/changes_workload.h"
#include "sim/differences.h"
#include "sim/number_options.h"
#include "sim/small_job.h"
#include "sim/window_workload.h"

namespace tidemill::sim {
namespace {

constexpr int64_t kCheckpoints = 4;  // one more than are kept, so that files stay that only later ones need

using FileBytes = std::map<std::string, std::string>;  // by path

// The files of one checkpoint directory, and what was shown by then.
struct World {
  FileBytes files;
  CommittedRows rows;
  int64_t newest = 0;
  std::string newest_manifest;                                           // path
  std::map<std::string, std::vector<std::pair<size_t, size_t>>> needed;  // path ▸ [begin, end) that the newest reads
};

void collect(SimulatedFileSystem& files, const std::string& directory, FileBytes& found) {
  for (const FileInfo& entry : files.list(directory))
    entry.is_directory ? collect(files, entry.path, found) : void(found[entry.path] = files.get(entry.path));
}

std::optional<World> make_world(const DrawWorkload& draw, uint64_t seed) {
  SimulatedEnvironment environment(seed);
  SmallJob small(draw, seed, environment);
  const std::unique_ptr<JobExecution> job = small.attempt(false);
  small.run(*job, kCheckpoints);
  const bool ended = job->finished();
  environment.executor().crash();
  if (ended) return std::nullopt;  // too short a job
  const std::string root(kSmallJobDirectory);
  CheckpointDirectory directory(environment.files(), root);
  World world{{}, small.rows(), directory.epochs().back(), "", {}};
  world.rows.allow_taking_back();
  world.newest_manifest = fmt::format("{}/chk-{}/_metadata", root, world.newest);
  for (const StatePart& part : directory.read_manifest(world.newest).states)
    for (const StateSection& section : part.sections)
      world.needed[fmt::format("{}/{}", root, section.file)].emplace_back(section.offset,
                                                                          section.offset + section.bytes);
  collect(environment.files(), root, world.files);
  world.needed[world.newest_manifest].emplace_back(0, world.files.at(world.newest_manifest).size());
  return world;
}

// One damage: which bytes of which file are no longer what they were.
struct Damage {
  std::string what;
  std::string path;
  size_t begin = 0;
  size_t end = 0;
  std::optional<std::string> bytes;  // nullopt: the file is gone
};

bool is_needed(const World& world, const Damage& damage) {
  const auto file = world.needed.find(damage.path);
  if (file == world.needed.end()) return false;
  return std::any_of(file->second.begin(), file->second.end(),
                     [&](const auto& section) { return section.first < damage.end && damage.begin < section.second; });
}

struct Sum {
  int64_t damages = 0;
  int64_t refused = 0;
  int64_t passed_over = 0;
  int64_t not_needed = 0;
  int64_t failed = 0;
};

// Returns what is wrong with how the job took the damage; empty: nothing.
std::string restart(const DrawWorkload& draw, uint64_t seed, const World& world, const Damage& damage, Sum& sum) {
  SimulatedEnvironment environment(seed);
  for (const auto& [path, bytes] : world.files)
    if (path != damage.path) environment.files().put(path, bytes);
  if (damage.bytes) environment.files().put(damage.path, *damage.bytes);
  SmallJob small(draw, seed, environment);
  small.rows().take(world.rows);
  const std::unique_ptr<JobExecution> job = small.attempt(false);
  const bool needed = is_needed(world, damage);
  std::string wrong;
  try {
    small.run(*job, std::nullopt);
    const std::string warnings = fmt::format("{}", fmt::join(job->warnings(), "; "));
    wrong = differences(small.expected(), small.rows(), job->summary());
    if (wrong.empty() && needed && damage.path != world.newest_manifest &&
        warnings.find(damage.path) == std::string::npos)
      wrong = "no warning names the file, but: " + warnings;
    if (wrong.empty() && needed && job->restored_epoch() == world.newest) wrong = "it was used";
    ++(needed ? sum.passed_over : sum.not_needed);
  } catch (const UserError& error) {
    if (std::string_view(error.what()).find(damage.path) == std::string_view::npos)
      wrong = fmt::format("refused without naming the file: {}", error.what());
    ++sum.refused;
  } catch (const std::exception& error) {
    wrong = error.what();
  }
  environment.executor().crash();
  return wrong;
}

std::string with_bit_flipped(std::string bytes, size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
  return bytes;
}

// Returns the damages of one file, a bit in every `stride`-th byte among them.
std::vector<Damage> damages_of(const World& world, const std::string& path, uint64_t stride) {
  const std::string& bytes = world.files.at(path);
  const size_t size = bytes.size();
  std::vector<Damage> damages;
  for (size_t at = stride / 2 % std::max<size_t>(size, 1); at < size; at += stride)
    damages.push_back({fmt::format("bit flipped in byte {}", at), path, at, at + 1, with_bit_flipped(bytes, at)});
  for (const size_t left : {size_t{0}, size / 2, size - 1}) {
    damages.push_back({fmt::format("cut off after {} bytes", left), path, left, size, bytes.substr(0, left)});
    damages.push_back({fmt::format("zeros from byte {}", left), path, left, size,
                       bytes.substr(0, left) + std::string(size - left, '\0')});
  }
  damages.push_back({"removed", path, 0, size, std::nullopt});
  for (const auto& [other, other_bytes] : world.files)
    if (other_bytes != bytes) damages.push_back({fmt::format("'{}' in its place", other), path, 0, size, other_bytes});
  std::erase_if(damages, [&](const Damage& damage) { return damage.bytes == bytes; });
  return damages;
}

void damage_all(std::string_view workload, const DrawWorkload& draw, uint64_t seed, uint64_t stride, Sum& sum) {
  const std::optional<World> world = make_world(draw, seed);
  if (!world) return;
  for (const auto& [path, bytes] : world->files) {
    if (bytes.empty()) continue;  // the lock
    for (const Damage& damage : damages_of(*world, path, stride)) {
      ++sum.damages;
      const std::string wrong = restart(draw, seed, *world, damage, sum);
      if (wrong.empty()) continue;
      ++sum.failed;
      fmt::print("FAILED {} seed {}, {}: {}: {}\n", workload, seed, path, damage.what, wrong);
    }
  }
}

int run(uint64_t first, uint64_t last, uint64_t stride) {
  Sum sum;
  for (uint64_t seed = first; seed <= last; ++seed) {
    damage_all("window", draw_window_workload, seed, stride, sum);
    damage_all("changes", draw_changes_workload, seed, stride, sum);
  }
  fmt::print(
      "checkpoint files damaged, seeds {}..{}, a bit in every byte of {}: {} damages, {} refused, {} passed over with "
      "a "
      "warning, {} where nothing reads, {} failed\n",
      first, last, stride, sum.damages, sum.refused, sum.passed_over, sum.not_needed, sum.failed);
  return sum.failed == 0 && sum.damages > 0 ? 0 : 1;
}

}  // namespace
}  // namespace tidemill::sim

int main(int argc, char** argv) {
  tidemill::sim::NumberOptions options{{"--seeds", 1, 1}, {"--stride", 199, 199}};
  if (!options.parse(argc, argv)) return 2;
  return tidemill::sim::run(options.first("--seeds"), options.last("--seeds"), options.first("--stride"));
}
