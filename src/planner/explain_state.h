// planner/explain_state.h - EXPLAIN STATE: what each operator of a job keeps. Rule: tables, keys and sizes are those
// that the operators declare; nothing is estimated.
#pragma once
#include "planner/statement_planner.h"
#include "runtime/job_graph.h"

namespace tidemill {

// Returns a row a table of state: the operator, what is kept, per what key, what bounds it (the watermark, a time to
// live, the number of keys, or nothing), and its bytes a key, and a row where a key has several. What has no fixed size
// comes on top: texts longer than 12 bytes and nested values ("+ texts"), and the bytes of sub-keys ("+ sub-key").
TextResult explain_state(const JobGraph& graph);

}  // namespace tidemill
