// connectors/filesystem/file_sink.h - rows into a directory of part files. Rule: a file is seen once its epoch is
// decided: written hidden, durable at prepare, renamed at finish.
//
//   .part-<subtask>-<writer>-<n>.inprogress   while it is written, and until finish
//   part-<subtask>-<epoch>-<n>-<writer>       afterwards
//   .part-<...>.superseded                    of a later epoch than a restart went on from: its rows come again
//
// With PARTITIONED BY they are in the directories of the partitions (partition_paths.h).
//
// <writer> is the owner and eight digits drawn at random for each writer of each attempt, so that no two of them (of
// two jobs, or before and after a crash) name the same file. What the attempts of a job left unfinished is known by the
// owner.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/filesystem/partition_commit.h"
#include "connectors/filesystem/partition_paths.h"
#include "connectors/spi/connector.h"

namespace tidemill {

struct FileSinkSettings {
  std::string table;
  std::string directory;
  Partitioning partitioning;
  std::optional<PartitionCommitSettings> commit;  // null: partitions are not committed
  std::shared_ptr<const EncodingFormat> format;   // of the columns that are in the files
  std::string format_name;
  int64_t roll_bytes = 0;                     // a file of this size is complete
  DurationMillis roll_interval_ms = 0;        // as is one that was begun this long ago
  DurationMillis inactivity_interval_ms = 0;  // or was last written to this long ago
};

class FileSink final : public Sink {
 public:
  explicit FileSink(FileSinkSettings settings) : settings_(std::move(settings)) {}
  SinkChangelog accepts() const override {
    return settings_.format->takes_changes() ? SinkChangelog::kRetract : SinkChangelog::kAppend;
  }
  std::unique_ptr<SinkWriter> make_writer(Environment& environment, const Subtask& subtask) const override;
  std::unique_ptr<SinkCommitter> make_committer(Environment& environment, const std::string& owner) const override;
  std::string description() const override;
  bool shows_rows_by_epoch() const override { return true; }

 private:
  FileSinkSettings settings_;
};

// A committable is "<hidden path>\n<final path>", both relative to the table's directory, or one of partition_commit.h.
class FileCommitter final : public SinkCommitter {
 public:
  // `settings` and `environment` are borrowed.
  FileCommitter(const FileSinkSettings& settings, Environment& environment, std::string owner);
  void finish(int64_t epoch, std::span<const Committable> prepared) override;
  void recover(int64_t decided_epoch, std::span<const Committable> prepared) override;

 private:
  std::string path_of(std::string_view name) const { return join_path(settings_.directory, name); }
  // Returns the directory at `path` that are `depth` partition columns below the table's, and all below it that part
  // files may be in.
  void add_directories(const std::string& path, size_t depth, std::vector<std::string>& directories) const;
  // Removes what is unfinished in a directory, and hides what came after the decided epoch.
  void clean(const std::string& directory, int64_t decided_epoch);

  const FileSinkSettings& settings_;
  Environment& environment_;
  FileSystem& files_;
  const std::string owner_;
  std::optional<PendingPartitions> pending_;
};

}  // namespace tidemill
