#include "connectors/filesystem/filesystem_connector.h"

#include <algorithm>

#include "base/error.h"
#include "connectors/filesystem/file_paths.h"
#include "connectors/filesystem/file_sink.h"
#include "connectors/filesystem/file_source.h"
#include "connectors/spi/lookup_options.h"
#include "connectors/spi/option_pattern.h"
#include "data/time_pattern.h"

namespace tidemill {
namespace {

// Throws UserError for a policy that needs more than files.
void check_commit_policy(const std::string& policy) {
  std::string_view rest = policy;
  while (!rest.empty()) {
    const std::string_view kind = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(kind.size() + 1, rest.size()));
    if (kind == "success-file") continue;
    if (kind == "metastore")
      throw UserError(
          "Option 'sink.partition-commit.policy.kind': 'metastore' is for tables of Hive",
          "Partitions of files are directories and need no metastore: 'success-file' tells that one is complete.");
    throw UserError(fmt::format("Option 'sink.partition-commit.policy.kind': '{}' is not supported", kind),
                    kind == "custom" ? "Tidemill loads no classes. 'success-file' writes a file into the partition."
                                     : "The policy that there is: 'success-file'.");
  }
}

std::optional<PartitionCommitSettings> commit_settings(const Options& options) {
  if (options.text("partition.time-extractor.kind") != "default")
    throw UserError("Option 'partition.time-extractor.kind' must be 'default': Tidemill loads no classes",
                    "Say by 'partition.time-extractor.timestamp-pattern' how the partition's values make its time.");
  const std::optional<std::string> policy = options.find_text("sink.partition-commit.policy.kind");
  if (policy) check_commit_policy(*policy);
  PartitionCommitSettings settings;
  if (options.text("sink.partition-commit.trigger") == "partition-time")
    settings.trigger = PartitionCommitSettings::Trigger::kPartitionTime;
  settings.delay_ms = options.duration_ms("sink.partition-commit.delay");
  settings.success_file = options.text("sink.partition-commit.success-file.name");
  if (settings.success_file.empty() || settings.success_file.find('/') != std::string::npos)
    throw UserError("Option 'sink.partition-commit.success-file.name' must be the name of a file", "Such as _SUCCESS.");
  settings.pattern = options.find_text("partition.time-extractor.timestamp-pattern");
  settings.formatter = options.find_text("partition.time-extractor.timestamp-formatter");
  if (settings.formatter) TimePattern(*settings.formatter);  // throws where it is none
  const std::string& zone = options.text("sink.partition-commit.watermark-time-zone");
  const std::optional<TimeZone> found = TimeZone::find(zone);
  if (!found)
    throw UserError(fmt::format("Option 'sink.partition-commit.watermark-time-zone': there is no time zone '{}'", zone),
                    "Name one such as Europe/Berlin, or an offset such as GMT+02:00.");
  settings.time_zone = *found;
  return policy ? std::optional(settings) : std::nullopt;
}

class FilesystemConnector final : public Connector {
 public:
  std::string_view name() const override { return "filesystem"; }
  std::string_view doc() const override { return "Files of the local file system."; }
  std::vector<FormatOption> format_options() const override { return {{"format", true, "How rows are encoded"}}; }
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
        {"partition.default-name", kString, "The directory's value for NULL and for empty text.",
         "__DEFAULT_PARTITION__"},
        {"partition.time-extractor.kind", kString, "How the time of a partition is found.", "default"},
        {"partition.time-extractor.timestamp-pattern", kString,
         "The time of a partition, with $name for the value of a column ('$dt $hm:00'); without it, the first value."},
        {"partition.time-extractor.timestamp-formatter", kString,
         "The form of that time, in the letters of DATE_FORMAT; without it, yyyy-MM-dd or yyyy-MM-dd HH:mm:ss."},
        {"sink.partition-commit.policy.kind", kString,
         "How a partition is committed: 'success-file'; without it, it is not."},
        {"sink.partition-commit.success-file.name", kString, "The empty file that says so.", "_SUCCESS"},
        {"sink.partition-commit.trigger",
         kEnum,
         "What a partition waits for: the clock, from its first row, or the watermark, from its time.",
         "process-time",
         false,
         {"process-time", "partition-time"}},
        {"sink.partition-commit.delay", kDuration, "How long after that it is committed.", "0 s"},
        {"sink.partition-commit.watermark-time-zone", kString,
         "The time zone of the partitions' times; that of the session where the watermark is of TIMESTAMP_LTZ.", "UTC"},
        {"sink.shuffle-by-partition.enable", kBool, "Accepted for Flink's sake: rows stay where they are.", "false"},
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
    const Options options = check_options(*this, table.options, formats);
    FileSourceSettings settings;
    settings.table = table.name;
    settings.path = local_path(options.text("path"));
    settings.pattern = options.find_text("source.path.regex-pattern");
    option_pattern(options, "source.path.regex-pattern");  // throws where it is none
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
    settings.partitioning = partitioning_of(table, options);
    FormatRequest request = format_request(table, options, settings.partitioning);
    for (const int32_t column : table.projection) {
      const auto& columns = settings.partitioning.columns;
      const auto partition = std::ranges::find(columns, column, &PartitionColumn::index);
      settings.partition_of.push_back(partition == columns.end() ? -1
                                                                 : static_cast<int32_t>(partition - columns.begin()));
    }
    for (const MetadataColumn& column : table.metadata) {
      const bool is_of_format = std::ranges::find(of_format, column.key, &MetadataKey::key) != of_format.end();
      settings.metadata.push_back({column.key, is_of_format});
      if (is_of_format) request.metadata.push_back(column.key);
    }
    settings.errors = record_error_settings(options);
    request.conditions = conditions_of_files(table, settings.partitioning);
    settings.format = format.make_decoding(request);
    return std::make_shared<FileSource>(std::move(settings));
  }

  std::shared_ptr<const LookupSource> make_lookup_source(const TableDescription& table, const std::vector<int32_t>&,
                                                         const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    return make_whole_lookup_source(make_source(table, formats), lookup_cache(options));
  }

  std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry& formats) const override {
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
    settings.partitioning = partitioning_of(table, options);
    if (!table.partition_keys.empty()) settings.commit = commit_settings(options);
    settings.format =
        formats.get(settings.format_name).make_encoding(format_request(table, options, settings.partitioning));
    return std::make_shared<FileSink>(std::move(settings));
  }

 private:
  static Partitioning partitioning_of(const TableDescription& table, const Options& options) {
    return make_partitioning(table.name, table.physical, table.partition_keys, options.text("partition.default-name"));
  }

  // Conditions of the columns that are in the files.
  static std::vector<ColumnCondition> conditions_of_files(const TableDescription& table,
                                                          const Partitioning& partitioning) {
    std::vector<ColumnCondition> conditions;
    for (ColumnCondition condition : table.conditions) {
      const auto place = std::ranges::find(partitioning.row_columns, condition.column);
      if (place == partitioning.row_columns.end()) continue;
      condition.column = static_cast<int32_t>(place - partitioning.row_columns.begin());
      conditions.push_back(std::move(condition));
    }
    return conditions;
  }

  // The format is bound to the columns that are in the files.
  static FormatRequest format_request(const TableDescription& table, const Options& options,
                                      const Partitioning& partitioning) {
    std::vector<int32_t> projection;
    for (const int32_t column : table.projection) {
      const auto place = std::ranges::find(partitioning.row_columns, column);
      if (place != partitioning.row_columns.end())
        projection.push_back(static_cast<int32_t>(place - partitioning.row_columns.begin()));
    }
    return {table.name,
            partitioning.row_schema,
            std::move(projection),
            options.under(options.text("format") + "."),
            options.is_written("record.error-policy"),
            {}};
  }
};

}  // namespace

std::unique_ptr<const Connector> make_filesystem_connector() { return std::make_unique<FilesystemConnector>(); }

}  // namespace tidemill
