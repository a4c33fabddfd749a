#include "runtime/exchange.h"

#include "base/check.h"
#include "state/key_encoding.h"
#include "state/key_groups.h"

namespace tidemill {

HashExchange::HashExchange(std::vector<Channel*> channels, std::vector<int32_t> key_columns, int32_t max_parallelism,
                           BatchingPolicy policy, std::function<EpochMillis()> now, MemoryBudget* budget)
    : EdgeOutput(std::move(channels)),
      key_columns_(std::move(key_columns)),
      max_parallelism_(max_parallelism),
      policy_(policy),
      now_(std::move(now)),
      budget_(budget),
      targets_(this->channels().size()) {
  const auto parallelism = static_cast<int32_t>(targets_.size());
  for (int32_t group = 0; group < max_parallelism; ++group)
    target_of_group_.push_back(subtask_of_key_group(max_parallelism, parallelism, group));
}

void HashExchange::select(const Batch& batch) {
  const auto rows = static_cast<size_t>(batch.num_rows());
  std::vector<ColumnPtr> keys;
  for (const int32_t column : key_columns_) keys.push_back(batch.column(column));
  hashes_.resize(rows);
  hash_keys(keys, hashes_);
  for (size_t row = 0; row < rows; ++row) {
    const auto group = static_cast<size_t>(key_group_of(hashes_[row], max_parallelism_));
    targets_[static_cast<size_t>(target_of_group_[group])].selected.push_back(static_cast<int32_t>(row));
  }
}

void HashExchange::route(Batch batch) {
  if (targets_.size() == 1) return send(0, std::move(batch));
  select(batch);
  std::shared_ptr<const MemoryCharge> charge;
  if (budget_ != nullptr)
    charge = std::make_shared<const MemoryCharge>(budget_, MemoryKind::kChannels,
                                                  static_cast<int64_t>(batch.memory_bytes()));
  for (size_t i = 0; i < targets_.size(); ++i) {
    Target& target = targets_[i];
    if (target.selected.empty()) continue;
    const bool apart = target.gathered.num_rows() > 0 && !may_share_batch(target.gathered.first(), batch);
    const auto added = static_cast<int32_t>(target.selected.size());
    if (apart || target.gathered.num_rows() + added > kBatchRowsMax) send_gathered(i);
    if (target.gathered.num_rows() == 0) target.since = now_();
    target.gathered.add(batch, std::exchange(target.selected, {}), charge);
    if (policy_.is_full(target.gathered.num_rows())) send_gathered(i);
    waiting_ = waiting_ || target.gathered.num_rows() > 0;
  }
}

void HashExchange::send_gathered(size_t target) {
  if (targets_[target].gathered.num_rows() > 0) send(target, targets_[target].gathered.finish());
}

void HashExchange::flush(std::optional<EpochMillis> now) {
  if (!waiting_) return;
  waiting_ = false;
  for (size_t i = 0; i < targets_.size(); ++i) {
    if (!now || policy_.is_overdue(*now, targets_[i].since)) send_gathered(i);
    waiting_ = waiting_ || targets_[i].gathered.num_rows() > 0;
  }
}

}  // namespace tidemill
