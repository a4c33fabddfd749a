#include "planner/transaction_sinks.h"

#include <algorithm>

#include "base/error.h"
#include "operators/spec.h"

namespace tidemill {
namespace {

// Returns the sinks that have a transaction, the one that makes it first.
std::vector<const SinkSpec*> sinks_of(const JobGraph& graph) {
  std::vector<const SinkSpec*> sinks;
  for (const Vertex& vertex : graph.vertices) {
    const auto* spec = std::get_if<SinkSpec>(&vertex.spec);
    const bool has_one = spec != nullptr && spec->sink != nullptr && !spec->sink->transaction_domain().empty();
    if (has_one) sinks.push_back(spec);  // a query that is only planned has no sink
  }
  std::ranges::stable_sort(sinks, {}, [](const SinkSpec* spec) { return spec->sink->transaction_prefix(); });
  return sinks;
}

void require_one_domain(const SinkSpec& first, const SinkSpec& other) {
  if (first.sink->transaction_domain() == other.sink->transaction_domain()) return;
  throw UserError(
      fmt::format("Tables {} and {} cannot both be written exactly once: they are in two clusters, {} and {}, whose "
                  "transactions cannot be committed as one",
                  first.table, other.table, first.sink->transaction_domain(), other.sink->transaction_domain()),
      "Set 'sink.delivery-guarantee' = 'at-least-once' for one of them, or write them in two jobs.");
}

// Values are not shown: some are secrets.
void require_one_making(const SinkSpec& first, const SinkSpec& other) {
  const std::map<std::string, std::string> firsts = first.sink->transaction_options();
  const std::map<std::string, std::string> others = other.sink->transaction_options();
  std::vector<std::string> names;
  for (const auto& [name, value] : firsts)
    if (const auto found = others.find(name); found == others.end() || found->second != value) names.push_back(name);
  for (const auto& [name, value] : others)
    if (!firsts.contains(name)) names.push_back(name);
  if (names.empty()) return;
  throw UserError(fmt::format("Tables {} and {} are written by one transaction, and do not say alike how: '{}' {} not "
                              "the same in both",
                              first.table, other.table, fmt::join(names, "', '"), names.size() == 1 ? "is" : "are"),
                  "Write the same in both, or write the tables in two jobs.");
}

}  // namespace

std::shared_ptr<const Sink> transaction_sink(const JobGraph& graph) {
  const std::vector<const SinkSpec*> sinks = sinks_of(graph);
  for (size_t i = 1; i < sinks.size(); ++i) {
    require_one_domain(*sinks.front(), *sinks[i]);
    require_one_making(*sinks.front(), *sinks[i]);
  }
  return sinks.empty() ? nullptr : sinks.front()->sink;
}

std::vector<std::string> transaction_warnings(const JobGraph& graph) {
  const std::vector<const SinkSpec*> sinks = sinks_of(graph);
  std::vector<std::string> warnings;
  for (const SinkSpec* const spec : sinks) {
    const std::string prefix = spec->sink->transaction_prefix();
    const std::string used = sinks.front()->sink->transaction_prefix();
    if (prefix == used) continue;
    warnings.push_back(
        fmt::format("Tables {} and {} are written by one transaction of the job, whose transactional id prefix is the "
                    "one that comes first by name, '{}': '{}' is not used.",
                    sinks.front()->table, spec->table, used, prefix));
  }
  std::ranges::sort(warnings);
  warnings.erase(std::ranges::unique(warnings).begin(), warnings.end());
  return warnings;
}

}  // namespace tidemill
