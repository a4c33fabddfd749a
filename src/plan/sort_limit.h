// plan/sort_limit.h - ORDER BY, LIMIT and OFFSET. Rule: with keys, rows come out at the end of bounded input.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/sort_key.h"
#include "plan/plan_node.h"

namespace tidemill {

class SortLimitNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kSortLimit;
  SortLimitNode(PlanPtr input, std::vector<SortKey> keys, std::optional<int64_t> limit, int64_t offset,
                SchemaPtr schema, SourceLocation location);

  const std::vector<SortKey>& keys() const { return keys_; }
  const std::optional<int64_t>& limit() const { return limit_; }
  int64_t offset() const { return offset_; }
  const SourceLocation& location() const { return location_; }  // of ORDER BY or LIMIT, for messages
  // True where the first key is a time attribute, ascending.
  bool sorts_by_time() const;

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  std::vector<SortKey> keys_;
  std::optional<int64_t> limit_;
  int64_t offset_;
  SourceLocation location_;
};

// Returns "k ASC, x DESC NULLS FIRST" with the given column names.
std::string order_text(const std::vector<SortKey>& keys, const std::vector<std::string>& names);

PlanPtr make_sort_limit(PlanPtr input, std::vector<SortKey> keys, std::optional<int64_t> limit, int64_t offset,
                        SourceLocation location);

}  // namespace tidemill
