#include "connectors/filesystem/partition_commit.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/error.h"
#include "data/calendar.h"
#include "data/time_pattern.h"

namespace tidemill {
namespace {

constexpr std::string_view kPartition = "\npartition\n";
constexpr std::string_view kWatermark = "\nwatermark\n";
constexpr int64_t kMonthsPerYear = 12;

// Reads a number and the character behind it off the front of `text`.
int64_t take_number(std::string_view& text, char behind) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<size_t>(end - text.data());
  if (error != std::errc() || digits >= text.size() || *end != behind)
    throw UserError(
        "The list of partitions that wait for their success file is damaged",
        "Something else wrote the hidden file .pending-… of the table's directory, or the checkpoint. Remove "
        "the file, or restore an older checkpoint.");
  text.remove_prefix(digits + 1);
  return number;
}

// yyyy-MM-dd[ HH:mm:ss[.fff]], one-digit parts, and parts beyond their range count on (Java's lenient resolver).
std::optional<EpochMillis> parse_lenient(const std::string& text) {
  static const re2::RE2 form(R"((\d{1,9})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?)?)");
  int32_t year = 0, month = 0, day = 0;
  std::string hour, minute, second, fraction;
  if (!re2::RE2::FullMatch(text, form, &year, &month, &day, &hour, &minute, &second, &fraction)) return std::nullopt;
  const int64_t months = month - 1;
  const auto years = year + static_cast<int32_t>(floor_div(months, kMonthsPerYear));
  const auto in_year = static_cast<int32_t>(floor_mod(months, kMonthsPerYear)) + 1;
  EpochMillis time = days_from_civil(years, in_year, day) * kMillisPerDay;
  if (hour.empty()) return time;
  const int64_t seconds = (std::stoll(hour) * 60 + std::stoll(minute)) * 60 + std::stoll(second);
  fraction.resize(3, '0');  // milliseconds
  return time + seconds * kMillisPerSecond + std::stoll(fraction);
}

}  // namespace

std::string time_text_of_partition(const PartitionCommitSettings& settings, const Partitioning& partitioning,
                                   std::span<const std::string> values) {
  if (!settings.pattern) return values.front();
  std::string text = *settings.pattern;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string name = "$" + partitioning.columns[i].name;
    for (size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += values[i].size())
      text.replace(at, name.size(), values[i]);
  }
  return text;
}

std::optional<EpochMillis> time_of_partition(const PartitionCommitSettings& settings, const Partitioning& partitioning,
                                             std::span<const std::string> values) {
  const std::string text = time_text_of_partition(settings, partitioning, values);
  if (!settings.formatter) return parse_lenient(text);
  const std::optional<SecondsAndNanos> moment = TimePattern(*settings.formatter).parse(text);
  if (!moment) return std::nullopt;
  return moment->seconds * kMillisPerSecond + moment->nanos / 1'000'000;
}

Committable partition_committable(std::string_view directory, EpochMillis due) {
  return fmt::format("{}{}\n{}", kPartition, due, directory);
}

Committable watermark_committable(int32_t subtask, EpochMillis watermark) {
  return fmt::format("{}{}\n{}\n", kWatermark, subtask, watermark);
}

bool is_partition_commit(const Committable& committable) { return committable.starts_with('\n'); }

PendingPartitions::PendingPartitions(const PartitionCommitSettings& settings, FileSystem& files, std::string directory,
                                     std::string_view owner)
    : settings_(settings),
      files_(files),
      directory_(std::move(directory)),
      path_(owner.empty() ? "" : fmt::format("{}/.pending-{}", directory_, owner)) {}

void PendingPartitions::recover(int64_t decided_epoch) {
  pending_.clear();
  saved_.clear();
  if (path_.empty()) return;
  if (files_.exists(path_ + ".inprogress")) files_.remove(path_ + ".inprogress");
  if (!files_.exists(path_)) return;
  const std::unique_ptr<ReadableFile> file = files_.open_read(path_);
  saved_.resize(static_cast<size_t>(file->size_bytes()));
  for (size_t read = 0; read < saved_.size();) {
    const size_t bytes = file->read_at(static_cast<int64_t>(read), std::span(saved_).subspan(read));
    CHECK_MSG(bytes > 0, "{} became shorter while it was read", path_);
    read += bytes;
  }
  for (std::string_view text = saved_; !text.empty();) {
    Pending pending;
    pending.epoch = take_number(text, ' ');
    pending.due = take_number(text, ' ');
    const size_t end = std::min(text.find('\n'), text.size());
    if (decided_epoch == 0 || pending.epoch <= decided_epoch) pending_.emplace(text.substr(0, end), pending);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void PendingPartitions::finish(int64_t epoch, std::span<const Committable> prepared, EpochMillis now) {
  const EpochMillis watermark = take(epoch, prepared);
  for (auto entry = pending_.begin(); entry != pending_.end();) {
    if (!is_due(entry->second, watermark, now)) {
      ++entry;
      continue;
    }
    write_success_file(entry->first);
    entry = pending_.erase(entry);
  }
  save();
}

EpochMillis PendingPartitions::take(int64_t epoch, std::span<const Committable> prepared) {
  std::map<int64_t, EpochMillis> watermarks;  // an epoch that was not decided left its own, too: older ones
  for (const Committable& committable : prepared) {
    std::string_view text = committable;
    if (text.starts_with(kPartition)) {
      text.remove_prefix(kPartition.size());
      const EpochMillis due = take_number(text, '\n');
      pending_.try_emplace(std::string(text), Pending{epoch, due});
    } else if (text.starts_with(kWatermark)) {
      text.remove_prefix(kWatermark.size());
      const int64_t subtask = take_number(text, '\n');
      EpochMillis& newest = watermarks.try_emplace(subtask, kNoWatermark).first->second;
      newest = std::max(newest, take_number(text, '\n'));
    }
  }
  if (watermarks.empty()) return kNoWatermark;
  EpochMillis lowest = kMaxWatermark;
  for (const auto& [subtask, watermark] : watermarks) lowest = std::min(lowest, watermark);
  return lowest;
}

bool PendingPartitions::is_due(const Pending& pending, EpochMillis watermark, EpochMillis now) const {
  if (watermark == kMaxWatermark) return true;  // no more rows come, whatever the clock says
  if (settings_.trigger == PartitionCommitSettings::Trigger::kPartitionTime) return watermark > pending.due;
  return settings_.delay_ms == 0 || now > pending.due;
}

void PendingPartitions::write_success_file(const std::string& partition) {
  const std::string directory = join_path(directory_, partition);
  if (!files_.exists(directory)) return;  // somebody removed the partition: there is nothing to tell
  const std::unique_ptr<WritableFile> file = files_.open_write(join_path(directory, settings_.success_file));
  file->sync();
  file->close();
  files_.sync_directory(directory);
}

void PendingPartitions::save() {
  if (path_.empty()) return;
  std::string text;
  for (const auto& [directory, pending] : pending_)
    text += fmt::format("{} {} {}\n", pending.epoch, pending.due, directory);
  if (text == saved_) return;
  if (text.empty()) {
    files_.remove(path_);
  } else {
    const std::string written = path_ + ".inprogress";
    const std::unique_ptr<WritableFile> file = files_.open_write(written);
    file->append(text);
    file->sync();
    file->close();
    files_.rename(written, path_);
  }
  files_.sync_directory(directory_);
  saved_ = std::move(text);
}

}  // namespace tidemill
