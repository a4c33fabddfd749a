// sim/log_source.h - a source whose splits are logs in memory. Rule: a position is the number of rows read; which split
// is read next and how many rows at a time is drawn from the environment's random numbers.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "connectors/spi/source.h"

namespace tidemill::sim {

struct LogSplit {
  std::string id;
  Batch rows;  // the whole log, in order
};

struct LogSourceOptions {
  bool random_batches = true;     // 1 … max_rows rows at a time; otherwise as many as asked for
  double wait_probability = 0.0;  // how often a poll says kWait with rows left, for a few milliseconds
  bool ignore_preferred = false;  // read any split, not the one with the lowest watermark
  bool bounded = true;            // false: after the last row the reader waits for ever
  bool append_only = true;        // false: rows may be of any kind
};

// All splits have the schema of `schema`.
std::shared_ptr<const Source> make_log_source(SchemaPtr schema, std::vector<LogSplit> splits, LogSourceOptions options);

}  // namespace tidemill::sim
