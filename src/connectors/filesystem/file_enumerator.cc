#include "connectors/filesystem/file_enumerator.h"

#include <re2/re2.h>

#include <charconv>

#include "base/error.h"

namespace tidemill {

struct FileEnumerator::Pattern {
  explicit Pattern(const std::string& text) : expression(text, RE2::Quiet) {}
  re2::RE2 expression;
};

FileEnumerator::FileEnumerator(const FileSourceSettings& settings, FileSystem& files, std::string_view restored)
    : settings_(settings), files_(files), found_before_(!restored.empty()) {
  if (settings.pattern) pattern_ = std::make_unique<Pattern>(*settings.pattern);
  while (!restored.empty()) {  // <bytes>:<path> …
    size_t bytes = 0;
    const auto [end, error] = std::from_chars(restored.data(), restored.data() + restored.size(), bytes);
    const auto digits = static_cast<size_t>(end - restored.data());
    if (error != std::errc() || digits >= restored.size() || *end != ':' || restored.size() - digits - 1 < bytes)
      throw UserError("A saved list of files is damaged", "The checkpoint cannot be used; restore an older one.");
    given_.emplace(restored.substr(digits + 1, bytes));
    restored.remove_prefix(digits + 1 + bytes);
  }
}

FileEnumerator::~FileEnumerator() = default;

std::string FileEnumerator::snapshot() const {
  std::string text;
  for (const std::string& path : given_) text += fmt::format("{}:{}", path.size(), path);
  return text;
}

std::vector<Split> FileEnumerator::discover() {
  FoundFiles found = find_files(files_, settings_.path);
  if (pattern_)
    std::erase_if(found.files,
                  [&](const FileInfo& file) { return !re2::RE2::FullMatch(file.path, pattern_->expression); });
  const Partitioning& partitioning = settings_.partitioning;
  if (!partitioning.columns.empty() && !found.files.empty()) {
    std::erase_if(found.files,
                  [&](const FileInfo& file) { return !find_partition(partitioning, directory_of(file.path)); });
    if (found.files.empty()) found.outcome = FilesFound::kNoneInPartition;
  }
  const bool waits = settings_.monitor_interval_ms && found.outcome != FilesFound::kMissing;
  if (found.files.empty() && !waits && !found_before_) throw_nothing_found(found.outcome);
  found_before_ = true;
  std::vector<Split> splits;
  for (FileInfo& file : found.files)
    if (given_.insert(file.path).second) splits.push_back({std::move(file.path), ""});
  return splits;
}

void FileEnumerator::throw_nothing_found(FilesFound outcome) const {
  switch (outcome) {
    case FilesFound::kMissing:
      throw UserError(fmt::format("Table '{}': no file or directory '{}'", settings_.table, settings_.path),
                      "Check option 'path'; a relative path starts at the working directory.");
    case FilesFound::kNoMatch:
      throw UserError(fmt::format("Table '{}': no file matches '{}'", settings_.table, settings_.path),
                      "Check option 'path'; * matches within one directory, ** any number of directories.");
    case FilesFound::kNoneInDirectory:
      throw UserError(fmt::format("Table '{}': directory '{}' holds no files", settings_.table, settings_.path),
                      "Files whose names start with . or _ are not read. To wait for files, set "
                      "'source.monitor-interval' = '10 s'.");
    case FilesFound::kNoneInPartition:
      throw UserError(fmt::format("Table '{}': no file below '{}' is in a directory of its partitions", settings_.table,
                                  settings_.path),
                      fmt::format("PARTITIONED BY reads files in {}=…", settings_.partitioning.columns.front().name));
    case FilesFound::kSome:
      break;
  }
  throw UserError(fmt::format("Table '{}': no file below '{}' has a path that matches '{}'", settings_.table,
                              settings_.path, settings_.pattern.value_or("")),
                  "'source.path.regex-pattern' must match the whole path, directories included.");
}

}  // namespace tidemill
