// connectors/filesystem/file_reader.h - reads the files of one subtask, one after the other or as the runtime prefers.
// Rule: a batch holds rows of one file; a position is where decoding goes on, not how far bytes were read.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/filesystem/file_decoding.h"
#include "connectors/filesystem/file_source.h"

namespace tidemill {

// Where the source has one subtask, all is done on the task thread; otherwise chunks of large files are decoded ahead
// on the I/O pool (FileDecoding, IndexedFile).
class FileReader final : public Reader {
 public:
  // `settings` and `environment` are borrowed.
  FileReader(const FileSourceSettings& settings, Environment& environment, const Subtask& subtask);
  void add_splits(std::vector<Split> splits) override;
  ReadResult poll(int32_t max_rows, std::string_view preferred) override;
  std::vector<Split> positions() const override;
  void set_wake(std::function<void()> wake) override;
  int64_t records_in_errors() const override { return errors_.count(); }
  size_t memory_bytes() const override { return held_bytes_; }

 private:
  struct FileSplit {
    Split split;  // position: where it was when it was last closed
    std::shared_ptr<const std::string> name;
    std::unique_ptr<FileRows> decoding;  // null: not open
    std::vector<ColumnPtr> partition;    // a partition column each, one row
    std::vector<ColumnPtr> metadata;     // one row each
    int64_t polled_at = 0;               // number of the poll that read it last
    size_t held_bytes = 0;               // by its decoding
  };

  FileSplit& choose(std::string_view preferred);
  void open(FileSplit& split);
  void close_least_recent();
  // Counts what the split holds now.
  void count_memory(FileSplit& split);
  // Forgets a split that has ended.
  void drop(FileSplit& split, ReadResult& result);
  ColumnPtr metadata_column(const std::string& key, const FileInfo& info) const;
  // Finds out what all rows of the file share.
  void find_constants(FileSplit& split);
  Batch to_batch(const FileSplit& split, DecodedRows rows) const;

  const FileSourceSettings& settings_;
  Environment& environment_;
  FileSystem& files_;
  Executor& executor_;
  const int32_t threads_;  // that may decode ahead; 1: nothing is
  RecordErrors errors_;
  ChunkAllowance allowance_;
  std::vector<std::unique_ptr<FileSplit>> splits_;  // not ended, as added
  std::shared_ptr<const std::string> ended_name_;   // keeps the id of the split that ended last
  int64_t polls_ = 0;
  int32_t open_ = 0;
  size_t held_bytes_ = 0;  // by all of them
};

}  // namespace tidemill
