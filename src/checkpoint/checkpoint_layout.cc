#include "checkpoint/checkpoint_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "checkpoint/manifest_file.h"

namespace tidemill {
namespace {

constexpr std::string_view kCheckpoint = "chk-";
constexpr std::string_view kFresh = "fresh-";

// Returns the number behind `prefix` in the last name of the path.
std::optional<int64_t> number_of(std::string_view path, std::string_view prefix) {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  if (!name.starts_with(prefix)) return std::nullopt;
  int64_t number = 0;
  const char* const end = name.data() + name.size();
  const auto [next, error] = std::from_chars(name.data() + prefix.size(), end, number);
  if (error != std::errc() || next != end) return std::nullopt;
  return number;
}

}  // namespace

std::string checkpoint_path(std::string_view directory, int64_t epoch) {
  return fmt::format("{}/{}{}", directory, kCheckpoint, epoch);
}

std::optional<int64_t> checkpoint_epoch_of(std::string_view path) { return number_of(path, kCheckpoint); }

std::string parent_path(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::vector<int64_t> checkpoint_epochs(FileSystem& files, const std::string& directory) {
  std::vector<int64_t> epochs;
  for (const FileInfo& entry : files.list(directory)) {
    const std::optional<int64_t> epoch = checkpoint_epoch_of(entry.path);
    if (epoch && files.exists(fmt::format("{}/{}", entry.path, kManifestName))) epochs.push_back(*epoch);
  }
  std::sort(epochs.begin(), epochs.end());
  return epochs;
}

int64_t fresh_epoch(FileSystem& files, const std::string& directory) {
  int64_t epoch = 1;
  for (const FileInfo& entry : files.list(directory))
    epoch = std::max(epoch, number_of(entry.path, kFresh).value_or(1));
  return epoch;
}

void set_fresh_epoch(FileSystem& files, const std::string& directory, int64_t epoch) {
  const std::unique_ptr<WritableFile> file = files.open_write(fmt::format("{}/{}{}", directory, kFresh, epoch));
  file->sync();
  file->close();
  files.sync_directory(directory);
}

std::string read_whole_file(FileSystem& files, const std::string& path) {
  const std::unique_ptr<ReadableFile> file = files.open_read(path);
  std::string bytes(static_cast<size_t>(file->size_bytes()), '\0');
  bytes.resize(file->read_at(0, bytes));
  return bytes;
}

}  // namespace tidemill
