// tidemill test: finds the test files, runs them, reports.
#include "base/error.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "testing/runner.h"

namespace tidemill {
namespace {

constexpr std::string_view kSuffix = ".test";

void find_test_files(FileSystem& files, const std::string& path, std::vector<std::string>& found) {
  if (!files.info(path).is_directory) {
    found.push_back(path);
    return;
  }
  for (const FileInfo& entry : files.list(path)) {
    if (entry.is_directory) {
      find_test_files(files, entry.path, found);
    } else if (entry.path.ends_with(kSuffix)) {
      found.push_back(entry.path);
    }
  }
}

struct Count {
  int32_t passed = 0;
  int32_t failed = 0;
};

void run_file(const TestFile& file, Environment& environment, Count& count) {
  for (const TestCase& test : file.cases) {
    const auto failure = run_test_case(file.path, test, all_test_ways(), make_builtin_registries);
    if (!failure) {
      ++count.passed;
      continue;
    }
    ++count.failed;
    environment.console.write_out(
        fmt::format("{}:{}: {} ({})\n{}\n", file.path, failure->line, test.name, failure->way, failure->text));
  }
}

void rewrite_file(const TestFile& file, Environment& environment, Count& count) {
  std::vector<std::string> failed;
  const std::string text = rewrite_expectations(file, make_builtin_registries, failed);
  for (const std::string& line : failed) environment.console.write_out(line + "\n");
  count.failed += static_cast<int32_t>(failed.size());
  count.passed += static_cast<int32_t>(file.cases.size() - failed.size());
  const std::string temporary = file.path + ".new";
  const std::unique_ptr<WritableFile> out = environment.files.open_write(temporary);
  out->append(text);
  out->close();
  environment.files.rename(temporary, file.path);
}

}  // namespace

int test_command(const TestOptions& options, Environment& environment) {
  try {
    std::vector<std::string> paths;
    for (const std::string& path : options.paths) find_test_files(environment.files, path, paths);
    if (paths.empty()) throw UserError("No test files found", fmt::format("Test files end in {}.", kSuffix));
    Count count;
    for (const std::string& path : paths) {
      const TestFile file = parse_test_file(path, read_script(path, environment));
      options.rewrite ? rewrite_file(file, environment, count) : run_file(file, environment, count);
    }
    environment.console.write_out(fmt::format("{} passed, {} failed\n", count.passed, count.failed));
    environment.console.flush();
    return count.failed == 0 ? kExitOk : kExitUserError;
  } catch (...) {
    const ErrorReport report = report_error(std::current_exception(), "", "");
    environment.console.write_error(report.text);
    return report.exit_code;
  }
}

}  // namespace tidemill
