// connectors/filesystem/file_source.h - files as a source. Rule: one file is one split, whatever the parallelism; a
// file is read as it is when its turn comes, and never again.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/filesystem/partition_paths.h"
#include "connectors/spi/connector.h"

namespace tidemill {

// How much of a file is read and decoded at a time. Not for users: tests make it small.
struct FileReading {
  size_t block_bytes = size_t{256} << 10;  // stays in the second-level cache between reading and decoding
  size_t chunk_bytes = size_t{1} << 20;    // decoded ahead: its last batch, which is not full, is one in several
  int32_t chunks_ahead = 2;                // a thread: one that is decoded, one that is ready
};

// A metadata column of a file table.
struct FileMetadata {
  std::string key;
  bool of_format =
      false;  // its values come with the rows, in the order of these columns; otherwise they are the file's
};

struct FileSourceSettings {
  std::string table;
  std::string path;                                   // file, directory or glob
  std::optional<std::string> pattern;                 // a regular expression that whole paths must match
  std::optional<DurationMillis> monitor_interval_ms;  // null: bounded
  SchemaPtr schema;                                   // physical columns asked for, then metadata columns
  Partitioning partitioning;
  // Of each physical column asked for, which partition column it is, -1: it is decoded. Empty: all are decoded.
  std::vector<int32_t> partition_of;
  std::vector<FileMetadata> metadata;  // in the order of their columns
  std::shared_ptr<const DecodingFormat> format;
  std::string format_name;
  RecordErrorSettings errors;
  FileReading reading = {};
};

class FileSource final : public Source {
 public:
  explicit FileSource(FileSourceSettings settings) : settings_(std::move(settings)) {}
  SchemaPtr schema() const override { return settings_.schema; }
  bool bounded() const override { return !settings_.monitor_interval_ms; }
  bool append_only() const override { return settings_.format->append_only(); }
  RejectedRecords rejected_records() const override { return tidemill::rejected_records(settings_.errors); }
  bool takes_conditions() const override { return settings_.format->takes_conditions(); }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment, std::string_view restored) const override;
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const override;
  std::string description() const override;

 private:
  FileSourceSettings settings_;
};

}  // namespace tidemill
