#include "connectors/kafka/kafka_reader.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

constexpr DurationMillis kLookAgainMs = 500;  // where nothing wakes the task: errors of the client are seen then

// Keys are decoded before values, and a value may have several errors: the first of a message stands for all.
std::vector<RejectedRecord> one_a_message(std::vector<RejectedRecord> rejected) {
  std::ranges::stable_sort(rejected, {}, &RejectedRecord::offset);
  const auto more = std::ranges::unique(rejected, {}, &RejectedRecord::offset);
  rejected.erase(more.begin(), more.end());
  return rejected;
}

}  // namespace

KafkaReader::KafkaReader(const KafkaSourceSettings& settings, Environment& environment, const Subtask& subtask)
    : settings_(settings),
      environment_(environment),
      errors_(settings.errors, settings.table, environment, subtask, "offset"),
      rows_(settings, environment, errors_) {}

KafkaReader::~KafkaReader() = default;

void KafkaReader::add_splits(std::vector<Split> splits) {
  for (const Split& split : splits) {
    auto added = std::make_unique<Partition>();
    added->partition = parse_partition(split.id);
    added->name = std::make_shared<const std::string>(split.id);
    added->position = KafkaPosition::parse(split.position);
    partitions_.push_back(std::move(added));
  }
}

void KafkaReader::open() {
  if (!consumer_ && !partitions_.empty()) consumer_ = environment_.kafka.consumer(settings_.properties);
  for (const auto& partition : partitions_) {
    if (partition->added) continue;
    partition->added = true;
    consumer_->add(partition->partition, partition->position.offset, wake_ ? wake_ : [] {});
  }
}

ReadResult KafkaReader::poll(int32_t max_rows, std::string_view preferred) {
  ReadResult result;
  if (partitions_.empty()) {
    result.next = ReadResult::Next::kEnd;
    return result;
  }
  open();
  if (current_ == nullptr && !fetch_any(max_rows, preferred, result)) return result;
  if (preparing()) {
    result.next = ReadResult::Next::kWait;
    result.wake_at = kMaxWatermark;
    return result;
  }
  if (!give_rows(max_rows, result)) end_group(result);
  errors_.flush();
  return result;
}

// Returns whether a group is at hand. Otherwise `result` is to be returned: a partition at its end, or nothing yet.
bool KafkaReader::fetch_any(int32_t max_rows, std::string_view preferred, ReadResult& result) {
  const size_t count = partitions_.size();
  size_t first = next_ % count;
  for (size_t i = 0; i < count; ++i)
    if (*partitions_[i]->name == preferred) first = i;
  for (size_t i = 0; i < count; ++i) {
    const size_t index = (first + i) % count;
    if (held_.contains(*partitions_[index]->name)) continue;
    if (fetch(*partitions_[index], max_rows, result)) {
      next_ = index + 1;
      return true;
    }
    if (!result.split.empty()) return false;
  }
  result.next = ReadResult::Next::kWait;
  result.wake_at = environment_.clock.now() + kLookAgainMs;
  return false;
}

bool KafkaReader::fetch(Partition& partition, int32_t max_rows, ReadResult& result) {
  KafkaPosition& position = partition.position;
  if (position.stop != kNoKafkaOffset && position.offset >= position.stop) {
    drop(partition, result);
    return false;
  }
  const KafkaFetched fetched = consumer_->fetch(partition.partition, max_rows);
  std::span<const KafkaMessage> messages = fetched.messages;
  if (position.stop != kNoKafkaOffset)
    while (!messages.empty() && messages.back().offset >= position.stop) messages = messages.first(messages.size() - 1);
  const bool beyond = messages.size() < fetched.messages.size();
  if (messages.empty()) {
    const int64_t end = fetched.end != kNoKafkaOffset ? fetched.end : partition.end_behind;
    partition.end_behind = kNoKafkaOffset;
    // What lies between the last message and the end are the marks of transactions.
    if (end != kNoKafkaOffset) position.offset = std::max(position.offset, end);
    if (beyond) position.offset = position.stop;
    if (position.stop != kNoKafkaOffset && position.offset >= position.stop) {
      drop(partition, result);
    } else if (end != kNoKafkaOffset) {
      result.split = *partition.name;
      result.caught_up = true;
    }
    return false;
  }
  partition.end_behind = fetched.end;
  current_ = &partition;
  group_end_ = messages.back().offset + 1;
  rows_given_ = 0;
  rows_to_skip_ = position.rows;
  position.offset = messages.front().offset;
  rows_.take(partition.partition, partition.name, messages, *consumer_);
  return true;
}

bool KafkaReader::preparing() {
  if (preparing_.pending()) return true;
  std::function<void()> work = rows_.wanted();
  if (!work) return false;
  preparing_.start(environment_.executor, std::move(work), wake_);
  return true;
}

bool KafkaReader::give_rows(int32_t max_rows, ReadResult& result) {
  while (std::optional<Batch> batch = rows_.next(max_rows)) {
    const int64_t before = rows_given_;
    rows_given_ += batch->num_rows();
    current_->position.rows = std::max(rows_given_, rows_to_skip_);
    if (rows_given_ <= rows_to_skip_) continue;
    if (before < rows_to_skip_) {
      std::vector<int32_t> rows;
      for (auto row = static_cast<int32_t>(rows_to_skip_ - before); row < batch->num_rows(); ++row) rows.push_back(row);
      *batch = batch->take(rows);
    }
    result.split = *current_->name;
    result.batch = std::move(*batch);
    return true;
  }
  return false;
}

void KafkaReader::end_group(ReadResult& result) {
  // Only now: the position is behind the whole group, and a restart within it reads all of its messages again.
  result.rejected = one_a_message(errors_.take_rejected());
  current_->position.offset = group_end_;
  // A restart may read less at a time than the attempt before it.
  current_->position.rows = std::max<int64_t>(rows_to_skip_ - rows_given_, 0);
  current_ = nullptr;
  rows_.clear();
  errors_counted_ = errors_.count();
}

void KafkaReader::drop(Partition& partition, ReadResult& result) {
  told_name_ = partition.name;
  result.split = *told_name_;
  result.split_ended = true;
  result.end_position = partition.position.to_string();
  consumer_->remove(partition.partition);
  std::erase_if(partitions_, [&](const auto& other) { return other.get() == &partition; });
  if (partitions_.empty()) result.next = ReadResult::Next::kEnd;
}

std::vector<Split> KafkaReader::positions() const {
  std::vector<Split> positions;
  for (const auto& partition : partitions_) positions.push_back({*partition->name, partition->position.to_string()});
  return positions;
}

std::optional<int64_t> KafkaReader::pending_records() const {
  int64_t pending = 0;
  for (const auto& partition : partitions_) {
    const std::optional<int64_t> lag = consumer_ ? consumer_->lag(partition->partition) : std::nullopt;
    if (!lag) return std::nullopt;
    pending += *lag;
  }
  return pending;
}

std::string KafkaReader::problem() const {
  if (!consumer_) return "";
  if (std::string problem = consumer_->problem(); !problem.empty()) return problem;
  for (const auto& partition : partitions_) {
    const int64_t held_back = partition->added ? consumer_->held_back(partition->partition) : 0;
    if (held_back > 0)
      return fmt::format(
          "{} records of {} wait behind a transaction that another program has open; they come when it ends "
          "('properties.isolation.level' = 'read_uncommitted' does not wait)",
          held_back, *partition->name);
  }
  return "";
}

size_t KafkaReader::memory_bytes() const { return (consumer_ ? consumer_->memory_bytes() : 0) + rows_.memory_bytes(); }

}  // namespace tidemill
