// sim/workload.h - what a simulated run does and must give. Rule: drawn from the seed; the expectation comes from a
// plain evaluator that knows nothing of the engine.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/random.h"
#include "runtime/job_graph.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill::sim {

// How an attempt's job is laid out; drawn anew for each.
struct JobShape {
  int32_t source_parallelism = 1;
  int32_t keyed_parallelism = 1;
  bool filter_apart = false;  // a rebalance behind the source: rows of a split lose their order
  LogSourceOptions log;
};

struct Expectation {
  std::vector<std::string> rows;  // that the sink shows once retractions have taken back theirs; sorted
  std::optional<int64_t> rows_in = 0;  // none: not compared, for a log may be read more than once
  std::optional<int64_t> rows_late = 0;  // none: not compared
};

class Workload {
 public:
  virtual ~Workload() = default;
  virtual std::string description() const = 0;
  virtual Expectation expectation() const = 0;
  // True where results depend on the order of a split's rows: no rebalance then.
  virtual bool needs_split_order() const = 0;
  // Makes the job, whose one sink writes to `rows`. The source's id is "source". `rows` is borrowed.
  virtual JobGraph job(const JobShape& shape, CommittedRows& rows) const = 0;
};

using DrawWorkload = std::function<std::unique_ptr<Workload>(Random&)>;

}  // namespace tidemill::sim
