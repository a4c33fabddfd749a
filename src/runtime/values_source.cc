#include "runtime/values_source.h"

#include <charconv>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr std::string_view kSplit = "values";

class ValuesReader final : public Reader {
 public:
  explicit ValuesReader(const Batch& rows) : rows_(rows) {}

  void add_splits(std::vector<Split> splits) override {
    for (const Split& split : splits) {
      CHECK(split.id == kSplit && ended_);
      ended_ = false;
      const std::string& text = split.position;
      std::from_chars(text.data(), text.data() + text.size(), position_);
    }
  }

  ReadResult poll(int32_t max_rows, std::string_view) override {
    ReadResult result;
    result.split = kSplit;
    if (!ended_) {
      const int32_t count = std::min(max_rows, rows_.num_rows() - position_);
      if (count > 0) result.batch = rows_.slice(position_, count);
      position_ += count;
      ended_ = position_ == rows_.num_rows();
      result.split_ended = ended_;
    }
    if (ended_) result.next = ReadResult::Next::kEnd;
    return result;
  }

  std::vector<Split> positions() const override {
    if (ended_) return {};
    return {{std::string(kSplit), std::to_string(position_)}};
  }

 private:
  const Batch rows_;
  int32_t position_ = 0;
  bool ended_ = true;  // until the split is given
};

class ValuesEnumerator final : public SplitEnumerator {
 public:
  explicit ValuesEnumerator(bool discovered) : discovered_(discovered) {}
  std::vector<Split> discover() override {
    if (std::exchange(discovered_, true)) return {};
    return {{std::string(kSplit), ""}};
  }
  std::optional<DurationMillis> rediscovery_interval_ms() const override { return std::nullopt; }
  std::string snapshot() const override { return discovered_ ? "discovered" : ""; }

 private:
  bool discovered_;
};

class ValuesSource final : public Source {
 public:
  explicit ValuesSource(Batch rows) : rows_(std::move(rows)) {}
  SchemaPtr schema() const override { return rows_.schema(); }
  bool bounded() const override { return true; }
  bool append_only() const override { return rows_.append_only(); }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment&, std::string_view restored) const override {
    return std::make_unique<ValuesEnumerator>(!restored.empty());
  }
  std::unique_ptr<Reader> make_reader(Environment&, const Subtask&) const override {
    return std::make_unique<ValuesReader>(rows_);
  }
  std::string description() const override { return fmt::format("values, {} rows", rows_.num_rows()); }

 private:
  const Batch rows_;
};

}  // namespace

std::shared_ptr<const Source> make_values_source(Batch rows) { return std::make_shared<ValuesSource>(std::move(rows)); }

}  // namespace tidemill
