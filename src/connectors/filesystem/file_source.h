// connectors/filesystem/file_source.h - files as a source. Rule: one file is one split, whatever the parallelism; a
// file is read as it is when its turn comes, and never again.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/connector.h"

namespace tidemill {

struct FileSourceSettings {
  std::string table;
  std::string path;                                   // file, directory or glob
  std::optional<std::string> pattern;                 // a regular expression that whole paths must match
  std::optional<DurationMillis> monitor_interval_ms;  // null: bounded
  SchemaPtr schema;                                   // decoded columns, then metadata columns
  std::vector<std::string> metadata;                  // keys
  std::shared_ptr<const DecodingFormat> format;
  std::string format_name;
  RecordErrorSettings errors;
};

class FileSource final : public Source {
 public:
  explicit FileSource(FileSourceSettings settings) : settings_(std::move(settings)) {}
  SchemaPtr schema() const override { return settings_.schema; }
  bool bounded() const override { return !settings_.monitor_interval_ms; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment, std::string_view restored) const override;
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const override;
  std::string description() const override;

 private:
  FileSourceSettings settings_;
};

}  // namespace tidemill
