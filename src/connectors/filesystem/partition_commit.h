// connectors/filesystem/partition_commit.h - tells readers that a partition is complete, by a file _SUCCESS in it.
// Rule: which partitions wait is known to the writers' committables until their epoch is decided, and from then on to a
// hidden file in the table's directory, which is written behind the success files.
//
// A partition is committed once more where rows come behind its success file (as Flink does).
//
//   .pending-<owner>   a line each partition: <epoch> <due> <directory>
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/filesystem/partition_paths.h"
#include "connectors/spi/connector.h"
#include "data/time_zone.h"

namespace tidemill {

// Options sink.partition-commit.* and partition.time-extractor.*.
struct PartitionCommitSettings {
  enum class Trigger : uint8_t { kProcessTime, kPartitionTime };
  Trigger trigger = Trigger::kProcessTime;
  DurationMillis delay_ms = 0;
  std::string success_file;
  // Of kPartitionTime.
  std::optional<std::string> pattern;    // $name stands for the value of a partition column; null: the first value
  std::optional<std::string> formatter;  // java.time letters; null: yyyy-MM-dd[ HH:mm:ss]
  TimeZone time_zone;                    // that the partitions' times are in
};

// Returns the time that a partition's values say: a wall-clock reading as if it were UTC, in ms. nullopt: they say
// none.
std::optional<EpochMillis> time_of_partition(const PartitionCommitSettings& settings, const Partitioning& partitioning,
                                             std::span<const std::string> values);
// Returns the text that time_of_partition() reads, for errors.
std::string time_text_of_partition(const PartitionCommitSettings& settings, const Partitioning& partitioning,
                                   std::span<const std::string> values);

// The committables of a writer besides its part files. Each begins with a line break, which no name does.
// A partition has new rows; the watermark (kPartitionTime) or the clock (kProcessTime) that goes beyond `due` commits
// it.
Committable partition_committable(std::string_view directory, EpochMillis due);
// A subtask has sealed an epoch at this watermark.
Committable watermark_committable(int32_t subtask, EpochMillis watermark);
bool is_partition_commit(const Committable& committable);

// The partitions of one sink that are not committed yet. I/O pool, one thread at a time.
class PendingPartitions {
 public:
  // `settings` and `files` are borrowed. Without an owner nothing is kept in a file: no restart follows.
  PendingPartitions(const PartitionCommitSettings& settings, FileSystem& files, std::string directory,
                    std::string_view owner);
  // Reads what the last attempt left, without what came after `decided_epoch`, whose rows come again; 0: all of it.
  void recover(int64_t decided_epoch);
  // Takes the committables of a decided epoch, and commits what is due at the clock's `now`. Idempotent. Requires: the
  // part files of the epoch are in place.
  void finish(int64_t epoch, std::span<const Committable> prepared, EpochMillis now);

 private:
  struct Pending {
    int64_t epoch = 0;  // in which it began to wait
    EpochMillis due = 0;
  };

  // Returns the watermark of the sink: the lowest of its subtasks, of each the newest.
  EpochMillis take(int64_t epoch, std::span<const Committable> prepared);
  bool is_due(const Pending& pending, EpochMillis watermark, EpochMillis now) const;
  void write_success_file(const std::string& partition);
  // Writes the hidden file where it says something else.
  void save();

  const PartitionCommitSettings& settings_;
  FileSystem& files_;
  const std::string directory_;
  const std::string path_;  // of the hidden file; empty: none
  std::map<std::string, Pending, std::less<>> pending_;
  std::string saved_;  // what is in the file
};

}  // namespace tidemill
