// benchmarks/latency/paced_source.h - a source that gives rows at a pace and says when it gave each. Rule: a row is
// given no earlier than it is due, and then as soon as its reader is asked.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "connectors/spi/connector.h"

namespace tidemill::bench {

struct Pace {
  int64_t rows_per_second = 100'000;
  int64_t seconds = 10;
  int64_t keys = 1'000;
  DurationMillis pause_ms = 1;  // how soon the reader asks to be polled again where no row is due
};

// When rows were given, by the clock of figures.h; written by the source's task, read by the sink's.
class GivenTimes {
 public:
  explicit GivenTimes(const Pace& pace) : by_ms_(static_cast<size_t>(pace.seconds) * 1'000 + 1, 0.0) {}
  // The first row of this millisecond of event time, or of a later one, was given then.
  void note(int64_t ms, double given_s);
  // Returns when the first row at or behind a millisecond of event time was given; 0: none was.
  double first_at(int64_t ms) const {
    return ms < static_cast<int64_t>(by_ms_.size()) ? by_ms_[static_cast<size_t>(ms)] : 0;
  }

 private:
  std::vector<double> by_ms_;
  int64_t noted_until_ms_ = -1;
};

// Connector 'paced': k BIGINT, ts TIMESTAMP(3) (from 0 on, as fast as rows are due), given DOUBLE (seconds of
// wall_seconds()). `times` is borrowed.
std::unique_ptr<const Connector> make_paced_connector(const Pace& pace, GivenTimes& times);

}  // namespace tidemill::bench
