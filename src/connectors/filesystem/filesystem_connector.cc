#include "connectors/filesystem/filesystem_connector.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/error.h"
#include "connectors/filesystem/file_paths.h"
#include "connectors/filesystem/file_sink.h"
#include "connectors/filesystem/file_source.h"
#include "connectors/spi/lookup_options.h"

namespace tidemill {
namespace {

// A directory a value of the partition columns is not made and not read: rows would land where Flink does not look.
void refuse_partitions(const TableDescription& table) {
  if (table.partition_keys.empty()) return;
  throw UserError(fmt::format("Table '{}': PARTITIONED BY is not supported by connector 'filesystem'", table.name),
                  "Leave it out: the columns are then in the rows. To read such directories, give a glob as 'path'.");
}

class FilesystemConnector final : public Connector {
 public:
  std::string_view name() const override { return "filesystem"; }
  std::string_view doc() const override { return "Files of the local file system."; }
  bool has_format() const override { return true; }
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    std::vector<OptionSpec> specs = {
        {"path", kPath, "A file, a directory or a glob ('data/*.jsonl') to read; a directory to write to.", "", true},
        {"source.monitor-interval", kDuration, "How often to look for new files; without it, the table is bounded."},
        {"source.path.regex-pattern", kString, "A regular expression that the whole path of each file must match."},
        {"source.report-statistics", kEnum, "Accepted for Flink's sake.", "ALL", false, {"ALL", "NONE"}},
        {"sink.rolling-policy.file-size", kSize, "A part file of this size is complete.", "128mb"},
        {"sink.rolling-policy.rollover-interval", kDuration, "A part file begun this long ago is complete.", "30 min"},
        {"sink.rolling-policy.inactivity-interval", kDuration, "A part file not written to for so long is complete.",
         "30 min"},
        {"sink.rolling-policy.check-interval", kDuration, "Accepted for Flink's sake: checked with every write.",
         "1 min"},
        {"sink.parallelism", kInt, "Accepted for Flink's sake: sinks run at the job's parallelism."},
    };
    // A file is read whole in any case: it may as well be kept.
    for (OptionSpec& spec : lookup_options("FULL", true)) specs.push_back(std::move(spec));
    return specs;
  }

  std::vector<MetadataKey> metadata_keys() const override {
    return {
        {"file.path", Type::string().not_null(), true, false, "Path of the file, as it was found."},
        {"file.name", Type::string().not_null(), true, false, "Name of the file."},
        {"file.size", Type::big_int().not_null(), true, false, "Bytes of the file."},
        {"file.modification-time", Type::timestamp_ltz(3).not_null(), true, false, "When the file was last changed."},
    };
  }

  std::shared_ptr<const Source> make_source(const TableDescription& table,
                                            const FormatRegistry& formats) const override {
    refuse_partitions(table);
    const Options options = check_options(*this, table.options, formats);
    FileSourceSettings settings;
    settings.table = table.name;
    settings.path = local_path(options.text("path"));
    settings.pattern = options.find_text("source.path.regex-pattern");
    if (settings.pattern) check_pattern(*settings.pattern);
    if (options.has("source.monitor-interval")) {
      settings.monitor_interval_ms = options.duration_ms("source.monitor-interval");
      if (*settings.monitor_interval_ms <= 0)
        throw UserError("Option 'source.monitor-interval' must be longer than 0", "Set it to '10 s', for example.");
    }
    settings.format_name = options.text("format");
    const Format& format = formats.get(settings.format_name);
    const std::vector<MetadataKey> of_format = format.metadata_keys();
    std::vector<MetadataKey> keys = metadata_keys();
    keys.insert(keys.end(), of_format.begin(), of_format.end());
    settings.schema = source_schema(table, keys, name());
    FormatRequest request = format_request(table, options);
    for (const MetadataColumn& column : table.metadata) {
      const bool is_of_format = std::ranges::find(of_format, column.key, &MetadataKey::key) != of_format.end();
      settings.metadata.push_back({column.key, is_of_format});
      if (is_of_format) request.metadata.push_back(column.key);
    }
    settings.errors = record_error_settings(options);
    settings.format = format.make_decoding(request);
    return std::make_shared<FileSource>(std::move(settings));
  }

  std::shared_ptr<const LookupSource> make_lookup_source(const TableDescription& table, const std::vector<int32_t>&,
                                                         const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    return make_whole_lookup_source(make_source(table, formats), lookup_cache(options));
  }

  std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry& formats) const override {
    refuse_partitions(table);
    const Options options = check_options(*this, table.options, formats);
    FileSinkSettings settings;
    settings.table = table.name;
    settings.directory = local_path(options.text("path"));
    while (settings.directory.size() > 1 && settings.directory.ends_with('/')) settings.directory.pop_back();
    if (is_glob(settings.directory))
      throw UserError(fmt::format("Table '{}' cannot be written to: '{}' is a pattern", table.name, settings.directory),
                      "Name a directory in option 'path'.");
    settings.roll_bytes = options.bytes("sink.rolling-policy.file-size");
    settings.roll_interval_ms = options.duration_ms("sink.rolling-policy.rollover-interval");
    settings.inactivity_interval_ms = options.duration_ms("sink.rolling-policy.inactivity-interval");
    settings.format_name = options.text("format");
    settings.format = formats.get(settings.format_name).make_encoding(format_request(table, options));
    return std::make_shared<FileSink>(std::move(settings));
  }

 private:
  static FormatRequest format_request(const TableDescription& table, const Options& options) {
    return {table.name,
            table.physical,
            table.projection,
            options.under(options.text("format") + "."),
            options.is_written("record.error-policy"),
            {}};
  }

  static void check_pattern(const std::string& pattern) {
    const re2::RE2 expression(pattern, re2::RE2::Quiet);
    if (!expression.ok())
      throw UserError(
          fmt::format("Option 'source.path.regex-pattern' is not a regular expression: {}", expression.error()),
          "Look-around and back-references are not supported.");
  }
};

}  // namespace

std::unique_ptr<const Connector> make_filesystem_connector() { return std::make_unique<FilesystemConnector>(); }

}  // namespace tidemill
