// benchmarks/support/one_split.h - the enumerator of a benchmark's source: one split, once.
#pragma once
#include <string>
#include <utility>

#include "connectors/spi/source.h"

namespace tidemill::bench {

class OneSplit final : public SplitEnumerator {
 public:
  explicit OneSplit(std::string_view id) : id_(id) {}
  std::vector<Split> discover() override {
    if (std::exchange(discovered_, true)) return {};
    return {{id_, ""}};
  }
  std::optional<DurationMillis> rediscovery_interval_ms() const override { return std::nullopt; }
  std::string snapshot() const override { return ""; }

 private:
  std::string id_;
  bool discovered_ = false;
};

}  // namespace tidemill::bench
