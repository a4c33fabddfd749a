// operators/sink_materializer.h - in front of a table with a primary key whose rows have another key: keeps the rows of
// each primary key in the order in which they came. Rule: at every barrier the table is told at most one change a key,
// from what it showed at the last one to what it shows now.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/operator.h"
#include "operators/pending_changes.h"
#include "operators/spec.h"
#include "operators/stored_rows.h"
#include "state/time_to_live.h"
#include "state/value_fields.h"

namespace tidemill {

// Source of the rules: Flink, SinkUpsertMaterializer (DEDUPLICATE) and WatermarkCompactingSinkMaterializer (ERROR,
// NOTHING). Rows with the same upsert key are one, the later one in the place of the earlier; without an upsert key
// equal rows are. Barriers take the place of Flink's watermarks: all changes that a row of a source made are on the
// same side of a barrier, so that no row and its replacement are seen together.
//
// DEDUPLICATE shows the last row and keeps all. NOTHING shows the row that it shows already while it is there, or else
// the first, and forgets the others; ERROR fails where there are two. A row costs O(log rows of its primary key).
class SinkMaterializer final : public Operator {
 public:
  explicit SinkMaterializer(const SinkMaterializeSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis output_watermark(EpochMillis watermark) const override;
  void before_barrier(const Barrier& barrier, Output& output) override;
  void finish(Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  // Notes what the groups of these rows show now, before they change.
  void note_before(std::span<const int32_t> first_changes, const Batch& input);
  void renew_expired(int32_t row);
  void insert(const Batch& input, int32_t row);
  void remove(int32_t row);
  // Sets identity_ to the bytes that tell row `row` of the batch at hand from others of its primary key.
  void identify(int32_t row);
  // Takes rows, in the columns of the schema, to be identified.
  void begin_identities(const Batch& rows);
  // Returns when the row of identity_ came, nullopt where there is none.
  std::optional<int64_t> find_arrival(KeyRef key) const;
  void erase_group(KeyRef key);

  void flush(Output& output);
  void flush_groups(std::span<const std::byte* const> pending, Output& output);
  // Returns the row that the group shows, nullptr where it is empty; forgets the rows that it does not need.
  const std::byte* shown_row(KeyRef key, bool was_shown, int32_t before_row);
  const std::byte* last_row(KeyRef key) const;
  // Forgets all rows of the group but the one that came at `arrival`.
  void keep_only(KeyRef key, int64_t arrival);
  [[noreturn]] void throw_conflict(KeyRef key) const;

  SinkMaterializeSpec spec_;
  std::vector<Type> key_types_;
  ValueFields values_;
  SchemaPtr identity_schema_;  // the columns that tell rows apart
  StoredRows identities_;
  ChangedRows changes_;
  PendingChanges pending_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  // Owned by the state store.
  OrderedTable* rows_ = nullptr;     // (primary key; arrival) ▸ row
  OrderedTable* places_ = nullptr;   // (primary key; identity, arrival)
  RecordTable* written_ = nullptr;   // when each primary key was written; null without time to live
  EpochMillis held_watermark_ = 0;   // while something is pending
  int64_t arrival_ = 0;              // of the next row that is kept
  std::optional<KeyBatch> keys_;     // of the batch at hand
  std::optional<KeyBatch> flushed_;  // of the groups that are flushed
  std::string identity_;
};

}  // namespace tidemill
