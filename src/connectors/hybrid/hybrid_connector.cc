#include "connectors/hybrid/hybrid_connector.h"

#include "base/error.h"
#include "connectors/hybrid/hybrid_source.h"

namespace tidemill {
namespace {

class HybridConnector final : public Connector {
 public:
  explicit HybridConnector(const ConnectorRegistry& connectors) : connectors_(connectors) {}
  std::string_view name() const override { return "hybrid"; }
  std::string_view doc() const override {
    return "One table out of two with the same columns: the first is read to its end (files, say), then the second (a "
           "topic, say).";
  }
  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"first.connector", kString, "Connector of the table that is read first; it must have an end.", "", true},
        {"then.connector", kString, "Connector of the table that is read afterwards.", "", true},
        {"first.#", kString, "Any option of the first table."},
        {"then.#", kString, "Any option of the second table."},
    };
  }
  bool can_read() const override { return true; }

  std::shared_ptr<const Source> make_source(const TableDescription& table,
                                            const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    std::shared_ptr<const Source> first = part(table, options, "first.", formats);
    std::shared_ptr<const Source> second = part(table, options, "then.", formats);
    if (!first->bounded())
      throw UserError(fmt::format("Table '{}': what is read first must have an end", table.name),
                      "Take out 'first.source.monitor-interval', or set 'first.scan.bounded.mode'.");
    if (first->upserts() != second->upserts())
      throw UserError(fmt::format("Table '{}': one of the two gives upserts, and the other does not", table.name),
                      "Both must give the same kinds of rows.");
    return std::make_shared<HybridSource>(std::move(first), std::move(second));
  }

 private:
  std::shared_ptr<const Source> part(const TableDescription& table, const Options& options, const std::string& prefix,
                                     const FormatRegistry& formats) const {
    TableDescription description = table;
    description.options = options.written_under(prefix);
    try {
      return connectors_.of_table(description.options).make_source(description, formats);
    } catch (const UserError& error) {
      throw UserError(fmt::format("{} (options '{}…')", error.what(), prefix), error.hint());
    }
  }

  const ConnectorRegistry& connectors_;
};

}  // namespace

std::unique_ptr<const Connector> make_hybrid_connector(const ConnectorRegistry& connectors) {
  return std::make_unique<HybridConnector>(connectors);
}

}  // namespace tidemill
