// operators/changelog_normalize.h - changes by a key, of which some come twice or without the row that they replace, to
// a changelog of whole rows. Rule: what was sent is kept, and is what a -U or -D takes back.
#pragma once
#include <optional>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/operator.h"
#include "operators/spec.h"
#include "state/time_to_live.h"
#include "state/value_fields.h"

namespace tidemill {

// Source of the rules: Flink, ChangelogNormalize (DeduplicateFunctionHelper.processLastRowOnChangelog). -U is passed
// over: the row that replaces it takes it back. A row equal to the one kept gives nothing, unless state expires; a -D
// of a key that is not there gives nothing.
class ChangelogNormalize final : public Operator {
 public:
  explicit ChangelogNormalize(const ChangelogNormalizeSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  void take(const Batch& input, int32_t row, std::byte* record, bool shown);
  void forget_what_is_gone();

  ChangelogNormalizeSpec spec_;
  std::vector<Type> key_types_;
  ValueFields values_;
  ChangedRows changes_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store
  uint32_t shown_offset_ = 0;

  // Of the batch at hand.
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
};

}  // namespace tidemill
