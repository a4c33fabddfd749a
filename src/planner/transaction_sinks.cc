#include "planner/transaction_sinks.h"

#include "base/error.h"
#include "operators/spec.h"

namespace tidemill {

std::shared_ptr<const Sink> transaction_sink(const JobGraph& graph) {
  std::shared_ptr<const Sink> first;
  std::string table;
  for (const Vertex& vertex : graph.vertices) {
    const auto* spec = std::get_if<SinkSpec>(&vertex.spec);
    const bool has_one = spec != nullptr && spec->sink != nullptr && !spec->sink->transaction_domain().empty();
    if (!has_one) continue;  // a query that is only planned has no sink
    if (first && first->transaction_domain() != spec->sink->transaction_domain())
      throw UserError(
          fmt::format(
              "Tables {} and {} cannot both be written exactly once: they are in two clusters, {} and {}, whose "
              "transactions cannot be committed as one",
              table, spec->table, first->transaction_domain(), spec->sink->transaction_domain()),
          "Set 'sink.delivery-guarantee' = 'at-least-once' for one of them, or write them in two jobs.");
    if (first && first->transaction_prefix() <= spec->sink->transaction_prefix()) continue;
    first = spec->sink;
    table = spec->table;
  }
  return first;
}

}  // namespace tidemill
