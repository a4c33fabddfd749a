// connectors/spi/discarding_sink.h - a sink that takes every row and keeps none. Rule: nothing is prepared, so nothing
// is to finish or recover.
#pragma once
#include <string>

#include "connectors/spi/sink.h"

namespace tidemill {

class DiscardingSink final : public Sink {
 public:
  // `shows_by_epoch`: it stands in for a sink whose rows are seen only once their epoch is decided.
  DiscardingSink(SinkChangelog accepts, std::string description, bool shows_by_epoch = false)
      : accepts_(accepts), description_(std::move(description)), shows_by_epoch_(shows_by_epoch) {}
  SinkChangelog accepts() const override { return accepts_; }
  std::unique_ptr<SinkWriter> make_writer(Environment& environment, const Subtask& subtask) const override;
  std::unique_ptr<SinkCommitter> make_committer(Environment& environment, const std::string& owner) const override;
  std::string description() const override { return description_; }
  bool shows_rows_by_epoch() const override { return shows_by_epoch_; }

 private:
  SinkChangelog accepts_;
  std::string description_;
  bool shows_by_epoch_;
};

}  // namespace tidemill
