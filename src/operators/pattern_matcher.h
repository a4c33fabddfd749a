// operators/pattern_matcher.h - the matches of a pattern among the rows of one partition. Rule: which matches there
// are, which of them win and when they come out is as in Flink's NFA: a match is complete as soon as it can be, and
// comes out once none that began earlier may still become one.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "expr/row_pattern.h"

namespace tidemill {

// Rows in succession that were given to one variable.
struct PatternRun {
  int32_t variable = 0;
  int64_t rows = 0;
};

// The beginning of a match, or a whole one: `rows` rows from number `start` of the partition on.
struct PartialMatch {
  int64_t start = 0;
  EpochMillis start_time = 0;
  EpochMillis decided_at =
      0;  // when it came out: of the row at hand then, or when the last earlier one ran out of time
  int32_t state = 0;
  int64_t rows = 0;
  std::vector<PatternRun> runs;
  std::string accumulators;  // of what conditions add up: match_aggregates.h
};

// What of one partition may still come out, each list by start, then by preference.
struct LiveMatches {
  std::vector<PartialMatch> partial;
  std::vector<PartialMatch> complete;  // waiting for earlier ones
};

// Adds a row of `variable` to a match.
void add_row(PartialMatch& match, int32_t variable);

class PatternMatcher {
 public:
  // `definition` is borrowed.
  explicit PatternMatcher(const RowPatternDefinition& definition);

  // Whether a row fits.
  class Conditions {
   public:
    virtual ~Conditions() = default;
    // As the next row of live.partial[index], or as a first row where index is their number.
    virtual bool fits(int32_t variable, size_t index) = 0;
    // The row has become the last one of a match.
    virtual void added(int32_t variable, PartialMatch& match) { (void)variable, (void)match; }
  };

  // True where a match in this state asks whether a row fits the variable.
  bool asks(int32_t state, int32_t variable) const {
    return asked_[static_cast<size_t>(state)][static_cast<size_t>(variable)];
  }

  // Takes the next row, number `row` of the partition, and appends the matches that come out. Throws UserError where
  // AFTER MATCH SKIP leads nowhere. Requires: expire() was called with its time.
  void take(LiveMatches& live, int64_t row, EpochMillis time, Conditions& conditions,
            std::vector<PartialMatch>& found) const;
  // Drops what cannot be complete at `time` any more under WITHIN, to `timed_out` one for each first row, and appends
  // the matches that come out for it.
  void expire(LiveMatches& live, EpochMillis time, std::vector<PartialMatch>& timed_out,
              std::vector<PartialMatch>& found) const;

 private:
  void go_on(const PartialMatch& from, size_t index, Conditions& conditions, LiveMatches& next) const;
  static void add(PartialMatch match, LiveMatches& next);
  void emerge(LiveMatches& live, EpochMillis time, std::vector<PartialMatch>& found) const;
  // Returns the row from which on matches may begin after this one.
  int64_t skip_from(const PartialMatch& match) const;
  bool covered(const LiveMatches& next, const PartialMatch& match) const;

  const RowPatternDefinition& definition_;
  std::vector<std::vector<bool>> asked_;  // by state, variable
  bool of_rows_ = false;                  // no condition depends on the match so far
  // A later match in the same state as an earlier one goes the same way, and never comes out: it need not be kept.
  bool keeps_earliest_ = false;
};

}  // namespace tidemill
