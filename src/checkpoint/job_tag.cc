#include "checkpoint/job_tag.h"

#include <charconv>

#include "checkpoint/checkpoint_layout.h"

namespace tidemill {
namespace {

constexpr size_t kDigits = 16;

}  // namespace

uint64_t job_tag(FileSystem& files, Random& random, const std::string& directory) {
  const std::string path = directory + "/tag";
  if (files.exists(path)) {
    const std::string text = read_whole_file(files, path).substr(0, kDigits);
    uint64_t tag = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tag, 16);
    if (error == std::errc() && end == text.data() + kDigits) return tag;
    // Damaged: nothing but the names of unfinished files hangs on it.
  }
  const uint64_t tag = random.next();
  const std::unique_ptr<WritableFile> file = files.open_write(path);
  file->append(fmt::format("{:016x}\n", tag));
  file->sync();
  file->close();
  files.sync_directory(directory);
  return tag;
}

}  // namespace tidemill
