#include "connectors/blackhole/blackhole_connector.h"

namespace tidemill {
namespace {

class BlackholeWriter final : public SinkWriter {
 public:
  void write(const Batch&) override {}
  void seal(int64_t) override {}
  std::vector<Committable> prepare(int64_t) override { return {}; }
};

class BlackholeCommitter final : public SinkCommitter {
 public:
  void finish(int64_t, std::span<const Committable>) override {}
  void recover(int64_t, std::span<const Committable>) override {}
};

class BlackholeSink final : public Sink {
 public:
  SinkChangelog accepts() const override { return SinkChangelog::kAny; }
  std::unique_ptr<SinkWriter> make_writer(Environment&, const Subtask&) const override {
    return std::make_unique<BlackholeWriter>();
  }
  std::unique_ptr<SinkCommitter> make_committer(Environment&, const std::string&) const override {
    return std::make_unique<BlackholeCommitter>();
  }
  std::string description() const override { return "blackhole"; }
};

class BlackholeConnector final : public Connector {
 public:
  std::string_view name() const override { return "blackhole"; }
  std::string_view doc() const override { return "Takes every row and keeps none."; }
  bool can_write() const override { return true; }
  std::vector<OptionSpec> options() const override { return {}; }
  std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry& formats) const override {
    check_options(*this, table.options, formats);
    return std::make_shared<BlackholeSink>();
  }
};

}  // namespace

std::unique_ptr<const Connector> make_blackhole_connector() { return std::make_unique<BlackholeConnector>(); }

}  // namespace tidemill
