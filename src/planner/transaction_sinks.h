// planner/transaction_sinks.h - the tables of a job whose output is published once and never again. Rule: they share
// one transaction, because two cannot be committed as one; so they are of one domain, and would make it alike.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/job_graph.h"

namespace tidemill {

// Returns the sink whose transaction decides the job's epochs: of those that have one, the one whose prefix comes
// first; null: none has. Throws UserError where they are of several domains, or where their options would make the
// transaction in two ways, naming the tables.
std::shared_ptr<const Sink> transaction_sink(const JobGraph& graph);

// Returns what the user should be told: prefixes of tables that nothing is written under.
std::vector<std::string> transaction_warnings(const JobGraph& graph);

}  // namespace tidemill
