#include "connectors/filesystem/inference.h"

#include <algorithm>

#include "base/error.h"
#include "connectors/filesystem/file_paths.h"

namespace tidemill {
namespace {

constexpr size_t kSampleBytes = size_t{1} << 20;  // about the first thousand records

std::string read_sample(FileSystem& files, const FileInfo& info) {
  const auto file = files.open_read(info.path);
  std::string text(std::min(kSampleBytes, static_cast<size_t>(file->size_bytes())), '\0');
  size_t bytes = 0;
  while (bytes < text.size()) {
    const size_t read = file->read_at(static_cast<int64_t>(bytes), std::span(text).subspan(bytes));
    if (read == 0) break;
    bytes += read;
  }
  text.resize(bytes);
  const bool cut = static_cast<int64_t>(bytes) < file->size_bytes();
  const size_t newline = text.rfind('\n');
  if (cut && newline != std::string::npos) text.resize(newline + 1);
  return text;
}

std::string lower_extension(const std::string& path) {
  const size_t point = path.rfind('.');
  if (point == std::string::npos || path.find('/', point) != std::string::npos) return "";
  std::string extension = path.substr(point + 1);
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return extension;
}

std::string format_of(const FileInfo& info, std::string_view text, const FormatRegistry& formats) {
  for (const std::string& name : formats.names()) {
    const std::string_view magic = formats.get(name).magic();
    if (!magic.empty() && text.starts_with(magic)) return name;
  }
  const std::string extension = lower_extension(info.path);
  if (extension == "json" || extension == "jsonl" || extension == "ndjson") return "json";
  if (extension == "csv" || extension == "tsv") return "csv";
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && (text[first] == '{' || text[first] == '[')) return "json";
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.find_first_of(",;\t|") != std::string_view::npos && text.find('\0') == std::string_view::npos) return "csv";
  throw UserError(fmt::format("The format of '{}' cannot be told", info.path),
                  "Name the file .jsonl or .csv, or declare the table with CREATE TABLE and 'format'.");
}

[[noreturn]] void throw_no_file(FilesFound outcome, const std::string& path) {
  if (outcome == FilesFound::kNoneInDirectory)
    throw UserError(fmt::format("Directory '{}' holds no files", path),
                    "Files whose names start with . or _ are not read.");
  throw UserError(outcome == FilesFound::kNoMatch ? fmt::format("No file matches '{}'", path)
                                                  : fmt::format("No file or directory '{}'", path),
                  "A relative path starts at the working directory.");
}

}  // namespace

InferredTable infer_table(Environment& environment, const std::string& path, const FormatRegistry& formats) {
  FileSystem& files = environment.files;
  const std::string local = local_path(path);
  const FoundFiles found = find_files(files, local);
  if (found.files.empty()) throw_no_file(found.outcome, path);
  const auto file =
      std::find_if(found.files.begin(), found.files.end(), [](const FileInfo& info) { return info.size_bytes > 0; });
  if (file == found.files.end())
    throw UserError(fmt::format("Columns cannot be inferred from '{}': {} empty", path,
                                found.files.size() == 1 ? "the file is" : "all its files are"),
                    "Declare them with CREATE TABLE: an empty file is then a table without rows.");
  const std::string text = read_sample(files, *file);
  const std::string format = format_of(*file, text, formats);
  std::optional<InferredColumns> inferred =
      formats.get(format).infer_file(environment, files.open_read(file->path), file->path);
  if (!inferred) inferred = formats.get(format).infer({file->path, text});
  InferredTable table;
  table.columns = inferred->columns;
  table.options = {{"connector", "filesystem"}, {"path", path}, {"format", format}};
  for (const auto& [name, value] : inferred->options) table.options.emplace(format + "." + name, value);
  return table;
}

}  // namespace tidemill
