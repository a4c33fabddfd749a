// connectors/filesystem/file_enumerator.h - finds the files of a table, once or again and again. Rule: a path is given
// once.
#pragma once
#include <memory>
#include <set>
#include <string>

#include "connectors/filesystem/file_paths.h"
#include "connectors/filesystem/file_source.h"

namespace tidemill {

class FileEnumerator final : public SplitEnumerator {
 public:
  // `settings` and `files` are borrowed.
  FileEnumerator(const FileSourceSettings& settings, FileSystem& files, std::string_view restored);
  ~FileEnumerator() override;
  // Throws UserError: a bounded table whose path means no file, or a path that does not exist.
  std::vector<Split> discover() override;
  std::optional<DurationMillis> rediscovery_interval_ms() const override { return settings_.monitor_interval_ms; }
  std::string snapshot() const override;

 private:
  struct Pattern;
  [[noreturn]] void throw_nothing_found(FilesFound outcome) const;

  const FileSourceSettings& settings_;
  FileSystem& files_;
  std::unique_ptr<Pattern> pattern_;
  std::set<std::string> given_;
  bool found_before_ = false;  // restored from a snapshot: nothing new is no error
};

}  // namespace tidemill
