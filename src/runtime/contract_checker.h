// runtime/contract_checker.h - stands between an operator and whoever takes its events, and fails on a broken contract.
// Rule: in tests and debug builds; it changes nothing that passes.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/event_target.h"

namespace tidemill {

// Fails (EngineError naming the operator) on: columns of another number or physical type, a NULL in a NOT NULL column,
// a retraction of a row that was not sent, a watermark that goes back, anything after EndOfInput, a row after
// kMaxWatermark and EndOfInput.
class ContractChecker final : public EventTarget {
 public:
  // `target` is borrowed. `schema` null: of the first batch. `check_retractions`: false where rows were sent before
  // this was made (after a restore).
  ContractChecker(std::string operator_name, SchemaPtr schema, bool check_retractions, EventTarget& target);
  void accept(Event event) override;
  // Forgets the watermark and the end: a restored operator may say both again.
  void restarted();

 private:
  void check_batch(const Batch& batch);
  void check_rows(const Batch& batch);

  const std::string operator_name_;
  SchemaPtr schema_;
  const bool check_retractions_;
  EventTarget& target_;
  EpochMillis watermark_ = kNoWatermark;
  bool ended_ = false;
  std::unordered_map<std::string, int64_t> live_rows_;  // row's canonical bytes ▸ how often it is there
};

}  // namespace tidemill
