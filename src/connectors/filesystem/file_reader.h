// connectors/filesystem/file_reader.h - reads the files of one subtask. Rule: a batch holds rows of one file; a
// position is where decoding goes on, not how far bytes were read.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/filesystem/file_source.h"

namespace tidemill {

// Local files are read on the task thread, a chunk at a time. What reads ahead on the I/O pool would replace fill().
class FileReader final : public Reader {
 public:
  // `settings` and `environment` are borrowed.
  FileReader(const FileSourceSettings& settings, Environment& environment, const Subtask& subtask);
  void add_splits(std::vector<Split> splits) override;
  ReadResult poll(int32_t max_rows, std::string_view preferred) override;
  std::vector<Split> positions() const override;
  int64_t records_in_errors() const override { return errors_.count(); }
  size_t memory_bytes() const override { return held_bytes_; }

 private:
  struct FileSplit {
    Split split;  // position: where it was when it was last closed
    std::shared_ptr<const std::string> name;
    std::unique_ptr<ReadableFile> file;  // null: not open
    std::unique_ptr<Decoder> decoder;    // as `file`
    std::vector<ColumnPtr> metadata;     // one row each
    int64_t read_offset = 0;
    int64_t polled_at = 0;  // number of the poll that read it last
    size_t held_bytes = 0;  // by its decoder
    bool input_ended = false;
  };

  FileSplit& choose(std::string_view preferred);
  void open(FileSplit& split);
  void close_least_recent();
  // Counts what the split holds now.
  void count_memory(FileSplit& split);
  // Reads the next chunk, or learns that the file has ended.
  void fill(FileSplit& split);
  ColumnPtr metadata_column(const std::string& key, const FileInfo& info) const;
  Batch to_batch(const FileSplit& split, DecodedRows rows) const;

  const FileSourceSettings& settings_;
  FileSystem& files_;
  RecordErrors errors_;
  std::vector<std::unique_ptr<FileSplit>> splits_;  // not ended, as added
  std::shared_ptr<const std::string> ended_name_;   // keeps the id of the split that ended last
  int64_t polls_ = 0;
  int32_t open_ = 0;
  size_t held_bytes_ = 0;  // by all decoders
};

}  // namespace tidemill
