// operators/top_n.h - the first rows of each partition, kept up to date. Rule: each input row gives the changes that it
// makes at once: with row numbers -U and +U for each row that moves, without them one row that goes and one that comes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/operator.h"
#include "operators/row_places.h"
#include "operators/spec.h"
#include "state/time_to_live.h"
#include "state/value_fields.h"

namespace tidemill {

// Source of the rules: Flink, AppendOnlyTopNFunction, FastTop1Function and RetractableTopNFunction. Where rows are only
// inserted, those behind the last number are forgotten; otherwise they are kept beside, so that one of them moves up
// when a row before it is taken back. A retraction of a row that is not there is left out and counted.
//
// A row costs O(log rows) without row numbers, and O(last number) with them.
class TopN final : public Operator {
 public:
  // Requires: not final_only (final_rank.h does that).
  explicit TopN(const RankSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  // Takes rows of the batch until a batch's worth has to be emitted. Returns whether some are left.
  bool take_rows(Output& output);
  void renew_expired(int32_t row);
  void insert(int32_t row);
  void remove(int32_t row);
  // Where the row that is equal to row `row` is kept.
  std::optional<std::string> find(OrderedTable& table, int32_t row);
  // Returns the records of the partition from a place on.
  std::vector<const std::byte*> records_from(int32_t row, std::string_view place) const;
  // Returns the number of the row at a place, if it were there.
  int64_t number_at(int32_t row, std::string_view place) const;
  // Emits what becomes of the numbers from `number` on where a row comes in front of `following`.
  void shift_down(int32_t row, int64_t number, const std::vector<const std::byte*>& following);
  // The same where `gone` leaves: the first of `following` takes its number.
  void shift_up(const std::byte* gone, int64_t number, const std::vector<const std::byte*>& following);
  void add(RowKind kind, const std::byte* record, int64_t number);
  bool shows(int64_t number) const { return number >= spec_.first && number <= spec_.last; }
  // Removes the last row of `top_`, into `rest_` where that is kept.
  void drop_last(int32_t row);

  RankSpec spec_;
  bool shifts_;  // rows that move change
  std::vector<Type> key_types_;
  ValueFields values_;
  RowPlaces places_;
  ChangedRows changes_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  // Owned by the state store.
  OrderedTable* top_ = nullptr;        // the rows up to the last number
  OrderedTable* rest_ = nullptr;       // those behind; null where rows are only inserted
  RecordTable* partitions_ = nullptr;  // when each was written; null without time to live

  // Of the batch at hand.
  Batch input_;
  int32_t next_row_ = 0;
  int64_t arrival_ = 0;  // of the next row that is kept
  std::optional<KeyBatch> keys_;
};

}  // namespace tidemill
