// operators/match_recognize.h - MATCH_RECOGNIZE: rows in succession that fit a pattern. Rule: by event time a row is
// looked at when the watermark has passed it, in the order of time; a row behind the watermark is late. State is the
// rows from the first one on that may still be part of a match, and what these may become. With NEXT a row is looked at
// once those have come that it may see.
#pragma once
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "operators/match_conditions.h"
#include "operators/match_lookahead.h"
#include "operators/match_rows.h"
#include "operators/match_values.h"
#include "operators/operator.h"
#include "operators/pattern_matcher.h"
#include "operators/spec.h"
#include "operators/stored_matches.h"
#include "operators/waiting_rows.h"

namespace tidemill {

class MatchRecognize final : public Operator {
 public:
  explicit MatchRecognize(const MatchRecognizeSpec& spec);
  void open(OperatorContext& context) override;
  void restored() override { release(); }
  void process(Batch input, int32_t port, Output& output) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  // With NEXT rows that wait hold it back where their time comes out.
  EpochMillis output_watermark(EpochMillis watermark) const override;
  std::optional<NextFiring> next_firing() const override;
  EpochMillis next_processing_timer() const override { return next_expiry_; }
  void on_processing_time(EpochMillis now, Output& output) override;
  void finish(Output& output) override;

 private:
  // A match that came out, or timed out.
  struct Found {
    size_t partition = 0;
    PartialMatch match;
    bool timed_out = false;
    int64_t number = 0;
  };

  // A row whose turn it is to be matched.
  struct Turn {
    size_t partition = 0;  // its place in partitions_
    int64_t row = 0;       // its number
  };

  void keep(const Batch& input);
  bool fire_some(EpochMillis watermark, Output& output);
  bool expire_some(EpochMillis time, Output& output);
  // Matches rows that wait for others which will not come; false where there are none.
  bool end_some(Output& output);
  // Takes rows, which are in the order of time for each of their partitions, and matches those that need not wait.
  void match(const Batch& rows, const KeyBatch& keys, std::span<const EpochMillis> times, Output& output);
  // Matches the rows that have a turn; `rows` are these.
  void take_turns(const Batch& rows, std::span<const EpochMillis> times);
  // The same of rows of the partitions.
  void take_turns();
  Batch with_times(const Batch& rows, std::span<const EpochMillis> times) const;
  // Emits what was found and stores what is left.
  void finish_call(Output& output);

  // Returns the place in partitions_.
  size_t load(KeyRef key);
  void expire(size_t partition, EpochMillis time);
  void add_found(size_t partition, std::vector<PartialMatch>& matches, bool timed_out);
  void save(MatchPartition& partition);
  void emit(Output& output);
  void emit_views(std::span<const MatchView> views, Output& output);
  ColumnPtr input_column(std::span<const MatchView> views, int32_t column) const;
  void release();

  MatchRecognizeSpec spec_;
  std::vector<Type> key_types_;
  PatternMatcher matcher_;
  WaitingRows waiting_;  // by event time
  MatchRows rows_;
  MatchValues match_values_;
  MatchConditions conditions_;
  StoredMatches stored_;
  MatchLookahead lookahead_;
  SchemaPtr timed_;          // with NEXT: the columns of the input, and the time
  int64_t rows_before_ = 0;  // that PREV may look at
  bool numbers_matches_ = false;

  OperatorContext* context_ = nullptr;
  // Owned by the state store.
  TimerQueue* expiries_ = nullptr;  // (time, partition) whose earliest beginning of a match is out of time
  RecordTable* numbers_ = nullptr;  // partition ▸ matches that came out
  uint32_t numbers_offset_ = 0;
  EpochMillis next_expiry_ = kMaxWatermark;  // by processing time

  EpochMillis now_ = kNoWatermark;  // what time it was at the last call: the watermark's, or the clock's

  // Of the call at hand.
  std::optional<KeyBatch> keys_;
  std::vector<EpochMillis> times_;
  std::vector<MatchPartition> partitions_;
  std::unordered_multimap<uint64_t, size_t> partition_of_;  // hash of the key ▸ place in partitions_
  std::vector<Turn> turns_;
  std::vector<Found> found_;
};

}  // namespace tidemill
