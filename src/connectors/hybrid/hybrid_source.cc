#include "connectors/hybrid/hybrid_source.h"

#include "base/check.h"
#include "base/error.h"
#include "connectors/hybrid/hybrid_reader.h"

namespace tidemill {
namespace {

constexpr DurationMillis kSwitchCheckMs = 100;  // how soon the end of the first source is seen
constexpr std::string_view kFirst = "first ";
constexpr std::string_view kThen = "then ";

// The source's number goes in front of positions, since the two know nothing of each other's splits.
void mark(std::vector<Split>& splits, std::string_view source) {
  for (Split& split : splits) split.position.insert(0, source);
}

class HybridEnumerator final : public SplitEnumerator {
 public:
  // The sources and `environment` are borrowed.
  HybridEnumerator(const Source& first, const Source& second, Environment& environment, std::string_view restored)
      : second_(second), environment_(environment) {
    const bool switched = restored.starts_with(kThen);
    if (!restored.empty() && !switched && !restored.starts_with(kFirst))
      throw UserError("A saved state of a hybrid table is damaged",
                      "The checkpoint cannot be used; restore an older one.");
    looked_ = !restored.empty();
    restored.remove_prefix(restored.empty() ? 0 : (switched ? kThen : kFirst).size());
    enumerator_ = (switched ? second : first).make_enumerator(environment, restored);
    switched_ = switched;
  }

  void set_open(std::set<std::string> open) override { open_ = std::move(open); }

  std::vector<Split> discover() override {
    std::vector<Split> splits;
    if (!switched_) {
      if (!looked_) splits = enumerator_->discover();
      looked_ = true;
      mark(splits, kFirst);
      if (!splits.empty() || !open_.empty()) return splits;
      fail_point(environment_.faults, "source.switching");
      switched_ = true;
      enumerator_ = second_.make_enumerator(environment_, "");
      splits = enumerator_->discover();
      fail_point(environment_.faults, "source.switched");
    } else {
      splits = enumerator_->discover();
    }
    mark(splits, kThen);
    return splits;
  }

  std::optional<DurationMillis> rediscovery_interval_ms() const override {
    return switched_ ? enumerator_->rediscovery_interval_ms() : kSwitchCheckMs;
  }

  std::string snapshot() const override { return std::string(switched_ ? kThen : kFirst) + enumerator_->snapshot(); }

 private:
  const Source& second_;
  Environment& environment_;
  std::unique_ptr<SplitEnumerator> enumerator_;  // of the source at hand
  std::set<std::string> open_;
  bool looked_ = false;  // at the first source
  bool switched_ = false;
};

}  // namespace

std::optional<bool> take_source_mark(std::string& position) {
  for (const std::string_view mark : {kFirst, kThen}) {
    if (!position.starts_with(mark)) continue;
    position.erase(0, mark.size());
    return mark == kThen;
  }
  return std::nullopt;
}

void put_source_mark(std::string& position, bool second) { position.insert(0, second ? kThen : kFirst); }

std::vector<std::string> HybridSource::warnings() const {
  std::vector<std::string> warnings = first_->warnings();
  for (std::string& warning : second_->warnings()) warnings.push_back(std::move(warning));
  return warnings;
}

std::optional<GroupProgress> HybridSource::progress(std::span<const Split> splits) const {
  std::vector<Split> of_second;
  for (Split split : splits)
    if (take_source_mark(split.position) == true) of_second.push_back(std::move(split));
  return second_->progress(of_second);
}

std::unique_ptr<ProgressPublisher> HybridSource::make_publisher(Environment& environment) const {
  return second_->make_publisher(environment);
}

std::unique_ptr<SplitEnumerator> HybridSource::make_enumerator(Environment& environment,
                                                               std::string_view restored) const {
  return std::make_unique<HybridEnumerator>(*first_, *second_, environment, restored);
}

std::unique_ptr<Reader> HybridSource::make_reader(Environment& environment, const Subtask& subtask) const {
  return std::make_unique<HybridReader>(first_->make_reader(environment, subtask),
                                        second_->make_reader(environment, subtask));
}

std::string HybridSource::description() const {
  return fmt::format("hybrid, first=[{}], then=[{}]", first_->description(), second_->description());
}

}  // namespace tidemill
