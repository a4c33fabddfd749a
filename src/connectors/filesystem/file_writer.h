// connectors/filesystem/file_writer.h - one subtask's part files. Rule: memory and open files are bounded however many
// partitions there are: the part file that was written longest ago is ended.
#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connectors/filesystem/file_sink.h"

namespace tidemill {

class FileWriter final : public SinkWriter {
 public:
  // `settings` and `environment` are borrowed.
  FileWriter(const FileSinkSettings& settings, Environment& environment, const Subtask& subtask);
  // Throws UserError for a partition whose time cannot be told, where it decides when the partition is committed.
  void write(const Batch& batch) override;
  void set_watermark(EpochMillis watermark) override { watermark_ = watermark; }
  void seal(int64_t epoch) override;
  std::vector<Committable> prepare(int64_t epoch) override;
  size_t memory_bytes() const override;

 private:
  struct Part {
    std::string directory;  // of its partition, relative to the table's
    std::string hidden;     // name in the directory
    int64_t number = 0;
    EpochMillis due = 0;               // when its partition is to be committed, where one is
    std::unique_ptr<Encoder> encoder;  // null: the file has ended
    std::unique_ptr<WritableFile> file;
    std::string unwritten;  // encoded, not in the file yet
    int64_t bytes = 0;      // encoded in all
    EpochMillis begun = 0;
    EpochMillis written = 0;
    int64_t last_write = 0;  // the greater, the later
    bool ended = false;      // durable and closed
  };
  struct Sealed {
    int64_t epoch = 0;
    EpochMillis watermark = kNoWatermark;
    std::vector<std::unique_ptr<Part>> parts;
  };

  // Returns the part that rows of a partition go to; `first` is one of them, for errors.
  Part& current(const std::string& directory, const Batch& batch, int32_t first);
  void append(Part& part, const Batch& rows);
  EpochMillis due_of(const std::string& directory, const Batch& batch, int32_t row) const;
  void write_out(Part& part);
  // Makes the part durable, and closes it. Blocks.
  void end(Part& part);
  void end_least_recent();
  bool is_complete(const Part& part) const;
  void make_names_durable(const std::set<std::string>& directories);

  const FileSinkSettings& settings_;
  Environment& environment_;
  const int32_t subtask_;
  const std::string writer_;
  std::vector<std::unique_ptr<Part>> parts_;        // of the present epoch
  std::unordered_map<std::string, Part*> current_;  // by directory; of parts_
  std::vector<Part*> open_;                         // of parts_, not ended
  std::vector<Sealed> sealed_;                      // by epoch, not prepared yet
  int64_t next_number_ = 0;
  int64_t writes_ = 0;
  EpochMillis watermark_ = kNoWatermark;
  std::set<std::string> durable_;  // directories whose names are
};

}  // namespace tidemill
