// connectors/hybrid/hybrid_source.h - two sources one after the other (Flink's HybridSource, FLIP-150). Rule: splits of
// the second are given when none of the first is open any more, so that event time has come to the first one's end.
#pragma once
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connectors/spi/source.h"

namespace tidemill {

class HybridSource final : public Source {
 public:
  // Requires: both have the same schema, and `first` is bounded.
  HybridSource(std::shared_ptr<const Source> first, std::shared_ptr<const Source> second)
      : first_(std::move(first)), second_(std::move(second)) {}
  SchemaPtr schema() const override { return first_->schema(); }
  bool bounded() const override { return second_->bounded(); }
  bool append_only() const override { return first_->append_only() && second_->append_only(); }
  bool upserts() const override { return second_->upserts(); }
  RejectedRecords rejected_records() const override {
    return std::max(first_->rejected_records(), second_->rejected_records());
  }
  std::vector<std::string> warnings() const override;
  std::optional<GroupProgress> progress(std::span<const Split> splits) const override;
  std::unique_ptr<ProgressPublisher> make_publisher(Environment& environment) const override;
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment, std::string_view restored) const override;
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const override;
  std::string description() const override;

 private:
  const std::shared_ptr<const Source> first_;
  const std::shared_ptr<const Source> second_;
};

}  // namespace tidemill
