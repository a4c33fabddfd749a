// planner/translate_rank.cc - Top-N and deduplication to their operators. Rule: rows of one partition meet in one
// subtask.
#include "base/config_options.h"
#include "operators/mini_batch_top_n.h"
#include "planner/translation.h"

namespace tidemill {
namespace {

DeduplicateSpec deduplicate_spec(const RankNode& node, const TranslationContext& context) {
  const RankDefinition& rank = node.definition();
  DeduplicateSpec spec;
  spec.keys = rank.keys;
  spec.time_column = rank.order[0].column;
  spec.processing_time = node.order_time() == TimeAttribute::kProctime;
  spec.keep_last = rank.order[0].descending;
  spec.schema = node.schema();
  spec.emit_update_before = context.changelog.of(node).update_before;
  spec.state_ttl_ms = context.config.get(kStateTimeToLive);
  return spec;
}

RankSpec rank_spec(const RankNode& node, const TranslationContext& context, RankStrategy strategy) {
  const RankDefinition& rank = node.definition();
  const bool deduplicates = strategy == RankStrategy::kDeduplicate || strategy == RankStrategy::kWindowDeduplicate;
  RankSpec spec;
  spec.keys = rank.keys;
  for (const SortKey& key : rank.order) {
    const bool arrival = node.input()->schema()->field(key.column).time == TimeAttribute::kProctime;
    spec.latest_first = key.descending && (arrival || deduplicates);
    if (arrival) break;  // rows come in the order of processing time, and no two at once
    spec.order.push_back(key);
  }
  spec.first = rank.range.start;
  spec.last = rank.range.end;
  spec.numbers = node.has_number();
  spec.schema = node.schema();
  spec.input_retracts = context.changelog.of(*node.input()).retracts();
  spec.emit_update_before = context.changelog.of(node).update_before;
  spec.final_only = context.batch || node.by_window();
  spec.window_end = rank.window_end;
  spec.window_zoned = rank.window_zoned;
  if (!spec.final_only) spec.state_ttl_ms = context.config.get(kStateTimeToLive);
  return spec;
}

}  // namespace

Vertex translate_rank(const RankNode& node, Translation& translation) {
  const TranslationContext& context = translation.context();
  const RankStrategy strategy = node.strategy(context.changelog.of(*node.input()).append_only());
  Vertex vertex;
  if (strategy == RankStrategy::kDeduplicate && !context.batch) {
    vertex.spec = deduplicate_spec(node, context);
  } else {
    RankSpec spec = rank_spec(node, context, strategy);
    const DurationMillis latency = context.config.get(kMiniBatchLatency);
    if (!context.batch && context.config.get(kMiniBatchEnabled) && latency > 0)
      spec.mini_batch_rows = context.config.get(kMiniBatchSize);
    if (!spec.final_only && MiniBatchTopN::suits(spec)) translation.publish_every(latency);
    vertex.spec = std::move(spec);
  }
  vertex.parallelism = node.definition().keys.empty() ? 1 : translation.default_parallelism();
  vertex.inputs = {translation.edge_from(node, 0, vertex.parallelism)};
  return vertex;
}

}  // namespace tidemill
