#include "checkpoint/savepoint.h"

#include <set>

#include "checkpoint/checkpoint_layout.h"
#include "checkpoint/manifest_file.h"
#include "checkpoint/state_file.h"
#include "env/durable_name.h"

namespace tidemill {
namespace {

constexpr size_t kCopyBytes = size_t{1} << 20;
constexpr size_t kJobIdLetters = 6;

void copy_file(FileSystem& files, const std::string& from, const std::string& to) {
  const std::unique_ptr<ReadableFile> source = files.open_read(from);
  const std::unique_ptr<WritableFile> copy = files.open_write(to);
  std::string block(kCopyBytes, '\0');
  for (int64_t offset = 0;;) {
    const size_t bytes = source->read_at(offset, block);
    if (bytes == 0) break;
    copy->append(std::string_view(block).substr(0, bytes));
    offset += static_cast<int64_t>(bytes);
  }
  copy->sync();
  copy->close();
}

void remove_tree(FileSystem& files, const std::string& directory) {
  for (const FileInfo& entry : files.list(directory))
    entry.is_directory ? remove_tree(files, entry.path) : files.remove(entry.path);
  files.remove(directory);
}

void copy_state(FileSystem& files, const std::string& checkpoints, const Manifest& manifest,
                const std::string& directory) {
  files.create_directories(directory);
  std::set<std::string> directories;
  for (const std::string& name : manifest.files()) {
    const std::string to = fmt::format("{}/{}", directory, name);
    files.create_directories(parent_path(to));
    directories.insert(parent_path(to));
    copy_file(files, fmt::format("{}/{}", checkpoints, name), to);
  }
  for (const StatePart& part : manifest.states) open_state_part(files, directory, part);  // throws: not as it was
  for (const std::string& written : directories) files.sync_directory(written);
  make_name_durable(files, directory);
}

}  // namespace

std::string savepoint_name(std::string_view job_id, Random& random) {
  return fmt::format("savepoint-{}-{:012x}", job_id.substr(0, kJobIdLetters), random.next() >> 16);
}

void write_savepoint(FileSystem& files, const std::string& checkpoints, Manifest manifest,
                     const std::string& directory) {
  try {
    copy_state(files, checkpoints, manifest, directory);
    manifest.kind = kSavepointKind;
    manifest.sinks.clear();
    write_manifest_file(files, directory, manifest);
  } catch (...) {
    try {
      if (files.exists(directory)) remove_tree(files, directory);
    } catch (const std::exception&) {
      // Without a _metadata file it is no savepoint; the first error says more.
    }
    throw;
  }
}

}  // namespace tidemill
