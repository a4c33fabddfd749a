#include "sim/committed_sink.h"

#include <algorithm>

#include "base/check.h"
#include "data/pretty.h"

namespace tidemill::sim {
namespace {

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  return lines;
}

class CommittedWriter final : public SinkWriter {
 public:
  explicit CommittedWriter(const CommittedRows& rows) : rows_(rows) {}
  bool ready() override { return !rows_.held(); }
  void write(const Batch& batch) override { open_ += to_pretty(batch); }
  void seal(int64_t epoch) override {
    CHECK_MSG(sealed_.empty(), "epoch {} was sealed before the last one was prepared", epoch);
    sealed_ = std::exchange(open_, "");
  }
  std::vector<Committable> prepare(int64_t) override {
    if (sealed_.empty()) return {};
    return {std::exchange(sealed_, "")};
  }

 private:
  const CommittedRows& rows_;
  std::string open_;
  std::string sealed_;
};

class CommittedCommitter final : public SinkCommitter {
 public:
  explicit CommittedCommitter(CommittedRows& rows) : rows_(rows) {}
  void finish(int64_t epoch, std::span<const Committable> prepared) override {
    std::vector<std::string> lines;
    for (const Committable& committable : prepared)
      for (std::string& line : split_lines(committable)) lines.push_back(std::move(line));
    rows_.commit(epoch, std::move(lines));
  }
  void recover(int64_t decided_epoch, std::span<const Committable> prepared) override {
    rows_.restart(decided_epoch);
    if (decided_epoch > 0) finish(decided_epoch, prepared);
  }

 private:
  CommittedRows& rows_;
};

class CommittedSink final : public Sink {
 public:
  explicit CommittedSink(CommittedRows& rows) : rows_(rows) {}
  SinkChangelog accepts() const override { return SinkChangelog::kRetract; }
  std::unique_ptr<SinkWriter> make_writer(Environment&, const Subtask&) const override {
    return std::make_unique<CommittedWriter>(rows_);
  }
  std::unique_ptr<SinkCommitter> make_committer(Environment&, const std::string&) const override {
    return std::make_unique<CommittedCommitter>(rows_);
  }
  std::string description() const override { return "committed rows"; }

 private:
  CommittedRows& rows_;
};

}  // namespace

void CommittedRows::take(const CommittedRows& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  epochs_ = other.epochs_;
  taking_back_ = other.taking_back_;
}

void CommittedRows::commit(int64_t epoch, std::vector<std::string> rows) {
  const std::lock_guard lock(mutex_);
  const auto [shown, added] = epochs_.emplace(epoch, rows);
  CHECK_MSG(added || shown->second == rows, "epoch {} was shown with {} rows, and now with {}", epoch,
            shown->second.size(), rows.size());
}

void CommittedRows::restart(int64_t decided_epoch) {
  const std::lock_guard lock(mutex_);
  const auto later = epochs_.upper_bound(decided_epoch);
  CHECK_MSG(later == epochs_.end() || taking_back_, "epoch {} was shown, and the job goes on from epoch {}",
            later->first, decided_epoch);
  epochs_.erase(later, epochs_.end());
}

std::vector<std::string> CommittedRows::rows() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [epoch, rows] : epochs_) all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

std::vector<std::string> CommittedRows::folded() const {
  std::map<std::string, int64_t> counts;
  for (const std::string& row : rows()) {
    CHECK(row.size() > 5 && row.substr(2, 3) == " | ");
    counts[row.substr(5)] += row[0] == '-' ? -1 : 1;
  }
  std::vector<std::string> folded;
  for (const auto& [row, count] : counts) {
    CHECK_MSG(count >= 0, "row '{}' was taken back {} times too often", row, -count);
    for (int64_t i = 0; i < count; ++i) folded.push_back(row);
  }
  return folded;
}

int64_t CommittedRows::epochs() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(epochs_.size());
}

std::shared_ptr<const Sink> make_committed_sink(CommittedRows& rows) { return std::make_shared<CommittedSink>(rows); }

}  // namespace tidemill::sim
