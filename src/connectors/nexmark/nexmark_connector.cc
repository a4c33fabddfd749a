#include "connectors/nexmark/nexmark_connector.h"

#include <fmt/format.h>

#include "base/error.h"
#include "connectors/nexmark/nexmark_source.h"

namespace tidemill {
namespace {

constexpr EpochMillis kStart = 1'436'918'400'000;  // 2015-07-15 00:00:00 UTC, where Beam's generator begins

int64_t positive(const Options& options, std::string_view name) {
  const int64_t value = options.integer(name);
  if (value <= 0) throw UserError(fmt::format("Option '{}' must be above 0", name));
  return value;
}

class NexmarkConnector final : public Connector {
 public:
  std::string_view name() const override { return "nexmark"; }
  std::string_view doc() const override { return "People, auctions and bids of the Nexmark benchmark, made up."; }
  bool can_read() const override { return true; }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"events.num", kInt, "How many events in all; 0: they never end.", "0"},
        {"first-event.rate", kInt, "How many events a second of event time.", "10000"},
        {"next-event.rate", kInt, "Accepted for Nexmark's sake, which does not use it: the rate stays the first.",
         "10000"},
        {"rate.limited", kBool, "Whether an event is given no earlier than its time after the first one.", "false"},
        {"max-emit-speed", kBool, "The reverse of rate.limited; where either asks for a pace, it is kept.", "true"},
        {"person.proportion", kInt, "How many people in a round of events.", "1"},
        {"auction.proportion", kInt, "How many auctions in a round.", "3"},
        {"bid.proportion", kInt, "How many bids in a round.", "46"},
        {"bid.hot-ratio.auctions", kInt, "One bid in so many is not for the hot auction.", "2"},
        {"bid.hot-ratio.bidders", kInt, "One bid in so many is not of the hot bidder.", "4"},
        {"auction.hot-ratio.sellers", kInt, "One auction in so many is not of the hot seller.", "4"},
        {"person.avg-size", kSize, "Bytes of a person on average.", "200b"},
        {"auction.avg-size", kSize, "Bytes of an auction on average.", "500b"},
        {"bid.avg-size", kSize, "Bytes of a bid on average.", "100b"},
        {"seed", kInt, "Makes other events, of the same shape.", "0"},
    };
  }

  std::shared_ptr<const Source> make_source(const TableDescription& table,
                                            const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    NexmarkTable result;
    result.schema = source_schema(table, {}, name());
    for (const Field& field : table.physical->fields()) nexmark_column(field);  // also what no query reads
    for (const Field& field : result.schema->fields()) result.columns.push_back(nexmark_column(field));
    NexmarkSettings& settings = result.settings;
    settings.seed = static_cast<uint64_t>(options.integer("seed"));
    settings.start = kStart;
    settings.events_per_second = positive(options, "first-event.rate");
    settings.people = positive(options, "person.proportion");
    settings.auctions = positive(options, "auction.proportion");
    settings.bids = positive(options, "bid.proportion");
    settings.hot_auctions = positive(options, "bid.hot-ratio.auctions");
    settings.hot_bidders = positive(options, "bid.hot-ratio.bidders");
    settings.hot_sellers = positive(options, "auction.hot-ratio.sellers");
    settings.person_bytes = options.bytes("person.avg-size");
    settings.auction_bytes = options.bytes("auction.avg-size");
    settings.bid_bytes = options.bytes("bid.avg-size");
    if (options.integer("events.num") < 0) throw UserError("Option 'events.num' must not be below 0");
    if (options.integer("events.num") > 0) result.num_events = options.integer("events.num");
    result.paced = options.boolean("rate.limited") || !options.boolean("max-emit-speed");
    return std::make_shared<NexmarkSource>(std::move(result));
  }
};

}  // namespace

std::unique_ptr<const Connector> make_nexmark_connector() { return std::make_unique<NexmarkConnector>(); }

}  // namespace tidemill
