#include "connectors/filesystem/file_source.h"

#include "connectors/filesystem/file_enumerator.h"
#include "connectors/filesystem/file_reader.h"

namespace tidemill {

std::unique_ptr<SplitEnumerator> FileSource::make_enumerator(Environment& environment,
                                                             std::string_view restored) const {
  return std::make_unique<FileEnumerator>(settings_, environment.files, restored);
}

std::unique_ptr<Reader> FileSource::make_reader(Environment& environment, const Subtask& subtask) const {
  return std::make_unique<FileReader>(settings_, environment, subtask);
}

std::string FileSource::description() const {
  return fmt::format("filesystem, path={}, format={}, columns=[{}]", settings_.path, settings_.format_name,
                     fmt::join(settings_.schema->names(), ", "));
}

}  // namespace tidemill
