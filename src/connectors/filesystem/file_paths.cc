#include "connectors/filesystem/file_paths.h"

#include <algorithm>

#include "base/error.h"

namespace tidemill {
namespace {

bool is_hidden(std::string_view name) { return name.starts_with('.') || name.starts_with('_'); }

std::string_view name_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

void add_below(FileSystem& files, const std::string& directory, std::vector<FileInfo>& found) {
  for (FileInfo& entry : files.list(directory)) {
    if (is_hidden(name_of(entry.path))) continue;
    if (entry.is_directory) {
      add_below(files, entry.path, found);
    } else {
      found.push_back(std::move(entry));
    }
  }
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t slash; (slash = path.find('/', begin)) != std::string_view::npos; begin = slash + 1)
    if (slash > begin) parts.emplace_back(path.substr(begin, slash - begin));
  if (begin < path.size()) parts.emplace_back(path.substr(begin));
  return parts;
}

bool is_named(const std::string& pattern, std::string_view name) {
  if (is_hidden(name) && !is_hidden(pattern)) return false;
  return matches_glob(pattern, name);
}

// Adds what parts[at…] match inside `directory`.
void add_matches(FileSystem& files, const std::string& directory, const std::vector<std::string>& parts, size_t at,
                 std::vector<FileInfo>& found) {
  const std::string& pattern = parts[at];
  const bool last = at + 1 == parts.size();
  if (pattern == "**" && !last) add_matches(files, directory, parts, at + 1, found);
  for (FileInfo& entry : files.list(directory)) {
    const std::string_view name = name_of(entry.path);
    if (pattern == "**") {
      if (is_hidden(name)) continue;
      if (entry.is_directory) {
        add_matches(files, entry.path, parts, at, found);
      } else if (last) {
        found.push_back(std::move(entry));
      }
      continue;
    }
    if (!is_named(pattern, name)) continue;
    if (!last) {
      if (entry.is_directory) add_matches(files, entry.path, parts, at + 1, found);
    } else if (entry.is_directory) {
      add_below(files, entry.path, found);
    } else {
      found.push_back(std::move(entry));
    }
  }
}

void add_glob(FileSystem& files, const std::string& path, std::vector<FileInfo>& found) {
  const std::vector<std::string> parts = split_path(path);
  size_t first = 0;  // first part with a wildcard
  std::string directory = path.starts_with('/') ? "/" : "";
  for (; first < parts.size() && !is_glob(parts[first]); ++first) {
    if (!directory.empty() && !directory.ends_with('/')) directory += '/';
    directory += parts[first];
  }
  if (directory.empty()) directory = ".";
  if (!files.exists(directory) || !files.info(directory).is_directory) return;
  add_matches(files, directory, parts, first, found);
  if (directory != ".") return;
  for (FileInfo& file : found)  // as the user wrote it
    if (file.path.starts_with("./")) file.path.erase(0, 2);
}

}  // namespace

std::string local_path(std::string_view path) {
  const size_t scheme = path.find("://");
  if (path.starts_with("file:/")) {
    path.remove_prefix(5);
    if (path.starts_with("//")) path.remove_prefix(2);
    return std::string(path);
  }
  if (scheme != std::string_view::npos && scheme > 0 && path.find('/') > scheme)
    throw UserError(fmt::format("'{}' is not a path of the local file system", path),
                    "Copy or mount the files, and name them by their path.");
  return std::string(path);
}

bool is_glob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

// Moves back to the last * where a match fails: linear in practice, at worst pattern × name.
bool matches_glob(std::string_view pattern, std::string_view name) {
  size_t p = 0, n = 0;
  size_t star = std::string_view::npos, star_name = 0;
  while (n < name.size()) {
    size_t next = p + 1;
    bool matched = false;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_name = n;
      continue;
    }
    if (p < pattern.size() && pattern[p] == '[' && pattern.find(']', p + 2) != std::string_view::npos) {
      const bool negated = pattern[p + 1] == '!' || pattern[p + 1] == '^';
      size_t i = p + (negated ? 2 : 1);
      const size_t close = pattern.find(']', i + 1);
      if (close != std::string_view::npos) {
        for (; i < close; ++i) {
          const bool range = i + 2 < close && pattern[i + 1] == '-';
          matched = matched || (range ? pattern[i] <= name[n] && name[n] <= pattern[i + 2] : pattern[i] == name[n]);
          if (range) i += 2;
        }
        matched = matched != negated;
        next = close + 1;
      }
    } else if (p < pattern.size()) {
      matched = pattern[p] == '?' || pattern[p] == name[n];
    }
    if (matched) {
      p = next;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_name;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

FoundFiles find_files(FileSystem& files, const std::string& path) {
  FoundFiles found;
  if (files.exists(path)) {
    FileInfo info = files.info(path);
    if (info.is_directory) {
      add_below(files, path, found.files);
      found.outcome = FilesFound::kNoneInDirectory;
    } else {
      found.files.push_back(std::move(info));
    }
  } else if (is_glob(path)) {
    add_glob(files, path, found.files);
    found.outcome = FilesFound::kNoMatch;
  } else {
    found.outcome = FilesFound::kMissing;
  }
  if (found.files.empty()) return found;
  found.outcome = FilesFound::kSome;
  const auto by_path = [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; };
  std::sort(found.files.begin(), found.files.end(), by_path);
  const auto same = [](const FileInfo& a, const FileInfo& b) { return a.path == b.path; };
  found.files.erase(std::unique(found.files.begin(), found.files.end(), same), found.files.end());
  return found;
}

}  // namespace tidemill
