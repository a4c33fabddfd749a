#include "connectors/blackhole/blackhole_connector.h"

#include "connectors/spi/discarding_sink.h"

namespace tidemill {
namespace {

class BlackholeConnector final : public Connector {
 public:
  std::string_view name() const override { return "blackhole"; }
  std::string_view doc() const override { return "Takes every row and keeps none."; }
  bool can_write() const override { return true; }
  std::vector<OptionSpec> options() const override { return {}; }
  std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry& formats) const override {
    check_options(*this, table.options, formats);
    return std::make_shared<DiscardingSink>(SinkChangelog::kNewest, "blackhole");
  }
};

}  // namespace

std::unique_ptr<const Connector> make_blackhole_connector() { return std::make_unique<BlackholeConnector>(); }

}  // namespace tidemill
