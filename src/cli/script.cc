// What the commands that take a script share.
#include "base/error.h"
#include "builtins/builtins.h"
#include "builtins/file_tables.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "env/random.h"
#include "functions/all.h"

namespace tidemill {

namespace {

constexpr uint64_t kTestSeed = 1;

std::unique_ptr<Registries> make_registries(const RandomBits& random) {
  auto registries = std::make_unique<Registries>();
  register_builtin_functions(registries->functions, random);
  register_builtin_connectors(registries->connectors);
  register_builtin_formats(registries->formats);
  return registries;
}

}  // namespace

std::unique_ptr<Registries> make_builtin_registries() {
  return make_registries([random = std::make_shared<SeededRandom>(kTestSeed)] { return random->next(); });
}

std::unique_ptr<Engine> make_builtin_engine(Environment& environment) {
  std::unique_ptr<Registries> registries = make_registries([&environment] { return environment.random.next(); });
  auto files = std::make_unique<InferredFileTables>(environment, registries->formats);
  return std::make_unique<Engine>(std::move(registries), std::move(files), environment);
}

std::string read_script(const std::string& file, Environment& environment) {
  const std::unique_ptr<ReadableFile> script = environment.files.open_read(file == "-" ? "/dev/stdin" : file);
  std::string text;
  for (;;) {
    char buffer[65536];
    const size_t bytes = script->read_at(static_cast<int64_t>(text.size()), buffer);
    if (bytes == 0) return text;
    text.append(buffer, bytes);
  }
}

void apply_settings(Session& session, const std::vector<std::string>& settings, Environment& environment) {
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UsageError(fmt::format("'{}' is no setting", setting), "Write --set key=value.");
    try {
      const auto note = session.config().set(setting.substr(0, equals), setting.substr(equals + 1));
      if (note) environment.console.write_error(fmt::format("note: {}\n", *note));
    } catch (const UserError& error) {
      throw UsageError(fmt::format("--set {}: {}", setting, error.what()), error.hint());
    }
  }
}

}  // namespace tidemill
