// plan/rank.h - the first rows of each partition: Top-N, deduplication, and both by window. Rule: made of a filter on
// ROW_NUMBER() by plan/rules/recognize_ranks.cc; output is the input's columns, and the number where one is asked for.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/sort_key.h"
#include "plan/plan_node.h"

namespace tidemill {

// How the rows are found. It follows from the node and its input; Flink's names are in physical_text().
enum class RankStrategy : uint8_t {
  kAppend,            // Top-N of rows that are only inserted
  kRetract,           // Top-N of rows that may be taken back
  kDeduplicate,       // the first or last row by a time attribute, of rows that are only inserted
  kWindow,            // Top-N of a window, when it ends
  kWindowDeduplicate  // the first or last row of a window by event time
};

struct RankRange {
  int64_t start = 1;
  int64_t end = 1;  // both included
  bool is_single() const { return start == end; }
  bool operator==(const RankRange&) const = default;
};

struct RankDefinition {
  std::vector<int32_t> keys;   // PARTITION BY
  std::vector<SortKey> order;  // ORDER BY; may be empty: in the order of arrival
  RankRange range;
  int32_t window_end = -1;          // by window: the input's column, which is among the keys
  bool window_zoned = false;        // and whether it is a wall clock's reading in the session's time zone
  std::optional<std::string> name;  // of the column of row numbers; none: there is no such column
};

class RankNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kRank;
  RankNode(PlanPtr input, RankDefinition definition, SchemaPtr schema, SourceLocation location);

  const RankDefinition& definition() const { return definition_; }
  bool has_number() const { return definition_.name.has_value(); }
  const SourceLocation& location() const { return location_; }  // of OVER, for messages
  bool by_window() const { return definition_.window_end >= 0; }
  // The time attribute that alone orders the rows; kNone where it is anything else.
  TimeAttribute order_time() const;
  // Returns how the rows are found where the input has only inserts, or not.
  RankStrategy strategy(bool input_append_only) const;

  // Returns this node with its strategy in its text.
  PlanPtr with_strategy(RankStrategy strategy) const;
  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  std::string keys_text(const std::vector<std::string>& names) const;
  std::string range_text() const;
  std::string deduplicate_text() const;

  RankDefinition definition_;
  SourceLocation location_;
  std::optional<RankStrategy> strategy_;  // for the text only
};

PlanPtr make_rank(PlanPtr input, RankDefinition definition, SourceLocation location);

}  // namespace tidemill
