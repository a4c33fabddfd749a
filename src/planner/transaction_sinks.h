// planner/transaction_sinks.h - the tables of a job whose output is published once and never again. Rule: they are all
// of one domain, because two transactions cannot be committed as one.
#pragma once
#include <memory>

#include "runtime/job_graph.h"

namespace tidemill {

// Returns the sink whose transaction decides the job's epochs: of those that have one, the one whose prefix comes
// first; null: none has. Throws UserError where they are of several domains.
std::shared_ptr<const Sink> transaction_sink(const JobGraph& graph);

}  // namespace tidemill
