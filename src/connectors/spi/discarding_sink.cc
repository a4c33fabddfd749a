#include "connectors/spi/discarding_sink.h"

namespace tidemill {
namespace {

class DiscardingWriter final : public SinkWriter {
 public:
  void write(const Batch&) override {}
  void seal(int64_t) override {}
  std::vector<Committable> prepare(int64_t) override { return {}; }
};

class DiscardingCommitter final : public SinkCommitter {
 public:
  void finish(int64_t, std::span<const Committable>) override {}
  void recover(int64_t, std::span<const Committable>) override {}
};

}  // namespace

std::unique_ptr<SinkWriter> DiscardingSink::make_writer(Environment&, const Subtask&) const {
  return std::make_unique<DiscardingWriter>();
}

std::unique_ptr<SinkCommitter> DiscardingSink::make_committer(Environment&, const std::string&) const {
  return std::make_unique<DiscardingCommitter>();
}

}  // namespace tidemill
