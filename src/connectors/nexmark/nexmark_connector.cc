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

int64_t not_negative(const Options& options, std::string_view name) {
  const int64_t value = options.integer(name);
  if (value < 0) throw UserError(fmt::format("Option '{}' must not be below 0", name));
  return value;
}

// Returns how many events there are in all, by either name; null: they never end.
std::optional<int64_t> number_of_events(const Options& options) {
  int64_t number = not_negative(options, "events.num");
  if (options.has("nexmark.events")) {
    const int64_t ours = not_negative(options, "nexmark.events");
    if (options.is_written("events.num") && ours != number)
      throw UserError(
          fmt::format("Options 'nexmark.events' and 'events.num' are two names for one number, but say {} and {}", ours,
                      number),
          "Leave one of them out.");
    number = ours;
  }
  return number > 0 ? std::optional(number) : std::nullopt;
}

// Returns how many events a second of wall clock are given at most; null: as many as are asked for.
std::optional<int64_t> wall_clock_rate(const Options& options, int64_t events_per_second) {
  const bool as_event_time = options.boolean("rate.limited") || !options.boolean("max-emit-speed");
  if (!options.has("nexmark.rate")) return as_event_time ? std::optional(events_per_second) : std::nullopt;
  const int64_t rate = not_negative(options, "nexmark.rate");
  if (as_event_time && rate != events_per_second)
    throw UserError(
        fmt::format("Option 'nexmark.rate' = {} is another pace than that of 'rate.limited' or 'max-emit-speed', "
                    "which is 'first-event.rate' = {}",
                    rate, events_per_second),
        "Leave 'rate.limited' and 'max-emit-speed' out.");
  return rate > 0 ? std::optional(rate) : std::nullopt;
}

class NexmarkConnector final : public Connector {
 public:
  std::string_view name() const override { return "nexmark"; }
  std::string_view doc() const override { return "People, auctions and bids of the Nexmark benchmark, made up."; }
  bool can_read() const override { return true; }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"nexmark.events", kInt, "How many events in all; 0: they never end.", ""},
        {"nexmark.rate", kInt,
         "How many events a second of wall clock, whatever their event times; 0: as many as are asked for.", ""},
        {"nexmark.preload", kBool,
         "Whether all events are made before the first is given, and kept in memory. Requires a number of events.",
         "false"},
        {"events.num", kInt, "The published generator's name of nexmark.events.", "0"},
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
    std::vector<NexmarkColumn> physical;
    const int32_t num_columns = table.physical->size() - static_cast<int32_t>(table.row_fields.size());
    for (int32_t i = 0; i < num_columns; ++i)  // also what no query reads
      physical.push_back(nexmark_column(table.physical->field(i)));
    for (const RowFieldPath& field : table.row_fields)
      physical.push_back(nexmark_field_column(physical[static_cast<size_t>(field.column)], field.places.front()));
    for (const int32_t column : table.projection) result.columns.push_back(physical[static_cast<size_t>(column)]);
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
    result.num_events = number_of_events(options);
    result.rate = wall_clock_rate(options, settings.events_per_second);
    result.preload = options.boolean("nexmark.preload");
    if (result.preload && !result.num_events)
      throw UserError("Option 'nexmark.preload' makes all events in advance, but they never end",
                      "Set 'nexmark.events' to how many there are.");
    return std::make_shared<NexmarkSource>(std::move(result));
  }
};

}  // namespace

std::unique_ptr<const Connector> make_nexmark_connector() { return std::make_unique<NexmarkConnector>(); }

}  // namespace tidemill
