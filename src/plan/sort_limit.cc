// plan/sort_limit.cc - ORDER BY, LIMIT and OFFSET.
#include "plan/sort_limit.h"

namespace tidemill {
namespace {

// Rows that come at the end are behind the watermark: no column drives windows any more.
SchemaPtr without_time_attributes(const Schema& schema) {
  std::vector<Field> fields = schema.fields();
  for (Field& field : fields) field.time = TimeAttribute::kNone;
  return make_schema(std::move(fields));
}

}  // namespace

SortLimitNode::SortLimitNode(PlanPtr input, std::vector<SortKey> keys, std::optional<int64_t> limit, int64_t offset,
                             SchemaPtr schema, SourceLocation location)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      keys_(std::move(keys)),
      limit_(limit),
      offset_(offset),
      location_(location) {}

bool SortLimitNode::sorts_by_time() const {
  if (keys_.empty() || keys_.front().descending) return false;
  return input()->schema()->field(keys_.front().column).time != TimeAttribute::kNone;
}

PlanPtr SortLimitNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<SortLimitNode>(inputs.at(0), keys_, limit_, offset_, schema(), location_);
}

std::string SortLimitNode::logical_text() const {
  std::vector<std::string> items;
  for (size_t i = 0; i < keys_.size(); ++i) items.push_back(fmt::format("sort{}=[${}]", i, keys_[i].column));
  for (size_t i = 0; i < keys_.size(); ++i) {
    items.push_back(fmt::format("dir{}=[{}-nulls-{}]", i, keys_[i].descending ? "DESC" : "ASC",
                                keys_[i].nulls_first ? "first" : "last"));
  }
  if (offset_ != 0) items.push_back(fmt::format("offset=[{}]", offset_));
  if (limit_) items.push_back(fmt::format("fetch=[{}]", *limit_));
  return fmt::format("LogicalSort({})", join_texts(items));
}

std::string SortLimitNode::physical_text() const {
  std::vector<std::string> items;
  if (!keys_.empty()) items.push_back(fmt::format("orderBy=[{}]", order_text(keys_, schema()->names())));
  if (limit_ || offset_ != 0) items.push_back(fmt::format("offset=[{}]", offset_));
  if (limit_) items.push_back(fmt::format("fetch=[{}]", *limit_));
  const std::string_view name = keys_.empty() ? "Limit" : limit_ ? "SortLimit" : "Sort";
  return fmt::format("{}({})", name, join_texts(items));
}

std::string order_text(const std::vector<SortKey>& keys, const std::vector<std::string>& names) {
  std::vector<std::string> items;
  for (const SortKey& key : keys) {
    const bool usual_nulls = key.nulls_first != key.descending;
    items.push_back(fmt::format("{} {}{}", names[static_cast<size_t>(key.column)], key.descending ? "DESC" : "ASC",
                                usual_nulls       ? ""
                                : key.nulls_first ? " NULLS FIRST"
                                                  : " NULLS LAST"));
  }
  return join_texts(items);
}

PlanPtr make_sort_limit(PlanPtr input, std::vector<SortKey> keys, std::optional<int64_t> limit, int64_t offset,
                        SourceLocation location) {
  SchemaPtr schema = keys.empty() ? input->schema() : without_time_attributes(*input->schema());
  return std::make_shared<SortLimitNode>(std::move(input), std::move(keys), limit, offset, std::move(schema), location);
}

}  // namespace tidemill
