// connectors/filesystem/file_sink.h - rows into a directory of part files. Rule: a file is seen once its epoch is
// decided: written hidden, durable at prepare, renamed at finish.
//
//   .part-<subtask>-<writer>-<n>.inprogress   while it is written, and until finish
//   part-<subtask>-<epoch>-<n>-<writer>       afterwards
//   .part-<...>.superseded                    of a later epoch than a restart went on from: its rows come again
//
// <writer> is the owner and eight digits drawn at random for each writer of each attempt, so that no two of them (of
// two jobs, or before and after a crash) name the same file. What the attempts of a job left unfinished is known by the
// owner.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/spi/connector.h"

namespace tidemill {

struct FileSinkSettings {
  std::string table;
  std::string directory;
  std::shared_ptr<const EncodingFormat> format;
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

class FileWriter final : public SinkWriter {
 public:
  // `settings` and `environment` are borrowed.
  FileWriter(const FileSinkSettings& settings, Environment& environment, const Subtask& subtask);
  void write(const Batch& batch) override;
  void seal(int64_t epoch) override;
  std::vector<Committable> prepare(int64_t epoch) override;
  size_t memory_bytes() const override { return parts_.empty() ? 0 : parts_.back().unwritten.capacity(); }

 private:
  struct Part {
    std::string hidden;  // name in the directory
    int64_t number = 0;
    std::unique_ptr<WritableFile> file;
    std::string unwritten;  // encoded, not in the file yet
    int64_t bytes = 0;      // encoded in all
    EpochMillis begun = 0;
    EpochMillis written = 0;
  };

  Part& current();
  void write_out(Part& part);
  bool is_complete(const Part& part) const;

  const FileSinkSettings& settings_;
  Environment& environment_;
  const int32_t subtask_;
  const std::string writer_;
  std::unique_ptr<Encoder> encoder_;
  std::vector<Part> parts_;  // of the present epoch; the last one is open unless complete
  std::vector<std::pair<int64_t, std::vector<Part>>> sealed_;  // by epoch, not prepared yet
  int64_t next_number_ = 0;
  bool directory_durable_ = false;  // its name
};

// A committable is "<hidden name>\n<final name>".
class FileCommitter final : public SinkCommitter {
 public:
  // `settings` and `files` are borrowed.
  FileCommitter(const FileSinkSettings& settings, FileSystem& files, std::string owner)
      : settings_(settings), files_(files), owner_(std::move(owner)) {}
  void finish(int64_t epoch, std::span<const Committable> prepared) override;
  void recover(int64_t decided_epoch, std::span<const Committable> prepared) override;

 private:
  std::string path_of(std::string_view name) const { return settings_.directory + "/" + std::string(name); }

  const FileSinkSettings& settings_;
  FileSystem& files_;
  const std::string owner_;
};

}  // namespace tidemill
