#include "checkpoint/epoch_decision.h"

#include <gtest/gtest.h>

#include <vector>

namespace tidemill {
namespace {

class NoFaults final : public Faults {
  bool maybe(std::string_view) override { return false; }
};

// Decides all; the first `failing` calls that remove what is old fail.
class StubbornDecider final : public Decider {
 public:
  explicit StubbornDecider(int failing) : failing_(failing) {}
  void decide(const Manifest&) override {}
  void abandon(int64_t) override {}
  void finished(int64_t) override {
    ++calls;
    if (calls <= failing_) throw TransientError(fmt::format("call {} failed", calls));
  }
  void hold(int64_t) override {}
  void release(int64_t) override {}
  std::optional<Manifest> last_decided() override { return std::nullopt; }

  int calls = 0;

 private:
  const int failing_;
};

// Returns what the user is told when one epoch is decided.
std::vector<std::string> told_by(StubbornDecider& decider) {
  std::vector<std::string> told;
  NoFaults faults;
  EpochDecision decision(decider, {}, [&told](std::string text) { told.push_back(std::move(text)); }, {}, faults);
  EXPECT_EQ(decision.decide(Manifest{}), nullptr);
  return told;
}

TEST(EpochDecision, OneFailingRemovalLeavesNothingBehind) {
  // The last checkpoint of a job has none after it: what a failing call left would stay until the next start.
  StubbornDecider decider(1);
  EXPECT_TRUE(told_by(decider).empty());
  EXPECT_EQ(decider.calls, 2);
}

TEST(EpochDecision, ARemovalThatFailsAgainIsToldAndChangesNothing) {
  StubbornDecider decider(2);
  EXPECT_EQ(told_by(decider),
            (std::vector<std::string>{"Old checkpoints could not be removed, which is tried again at the next one and "
                                      "at the next start: call 2 failed"}));
}

}  // namespace
}  // namespace tidemill
