// checkpoint/manifest.h - everything that one epoch needs in order to be gone on from. Rule: a manifest that does not
// verify, byte for byte, is refused.
//
// File: JSON for people and tools, then one line "checksum <16 hex digits>", hash_bytes of all before it. Bytes owned
// by connectors are JSON strings where they are printable ASCII, otherwise "hex:" and hexadecimal digits.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "operators/state_names.h"
#include "runtime/task_snapshot.h"

namespace tidemill {

constexpr int32_t kManifestVersion = 2;        // written
constexpr int32_t kManifestVersionOldest = 2;  // read

// One operator of the job that made the checkpoint.
struct ManifestOperator {
  std::string id;
  std::string name;
  int32_t parallelism = 1;
  StateNames names = {};  // empty in checkpoints of versions before it
  bool operator==(const ManifestOperator&) const = default;
};

// One source: what its enumerator knows, and its splits.
struct ManifestSource {
  std::string operator_id;
  std::string enumerator;             // SplitEnumerator::snapshot()
  std::vector<SplitProgress> splits;  // that have not ended, by id
  std::map<std::string, int64_t> counters;
  std::vector<Split> ended = {};  // and where, by id; for those who watch how far the job has read
  bool operator==(const ManifestSource&) const = default;
};

struct Manifest {
  int64_t epoch = 0;
  std::string kind;  // "checkpoint", "savepoint", "final"
  std::string job;
  EpochMillis time = 0;  // wall ms, when it was taken
  int32_t max_parallelism = 128;
  std::string began_from = {};   // identity of what the job once began from (recovery_point.h); empty: from the start
  std::string transaction = {};  // what decides the epoch, as its sinks name it; empty: the manifest itself
  std::vector<ManifestOperator> operators;
  std::vector<ManifestSource> sources;
  std::vector<StatePart> states;
  std::vector<SinkPart> sinks;

  bool operator==(const Manifest&) const = default;

  // Adds what one task gave.
  void add(TaskSnapshot snapshot);
  // Returns the names of all files with state that it needs, each once, relative to the checkpoint directory.
  std::set<std::string> files() const;
  // Returns what the subtasks of a sink have prepared, in their order.
  std::vector<Committable> prepared_by(std::string_view sink) const;
  // Puts everything in an order that does not depend on which task answered first.
  void sort();
  std::string encode() const;
  // `name` is the path for error texts. Throws UserError for damaged bytes or a newer version.
  static Manifest decode(std::string_view bytes, const std::string& name);
};

// Returns bytes that a connector owns as the manifest shows them to people.
std::string shown_bytes(std::string_view bytes);

}  // namespace tidemill
