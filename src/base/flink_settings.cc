#include "base/flink_settings.h"

#include <algorithm>
#include <array>

namespace tidemill {
namespace {

// Under prefixes that this engine has settings of its own under, where a key that nobody knows is an error. What it has
// itself stands in config_definitions.cc.
constexpr std::string_view kKeys =
    "execution.allow-client-job-configurations execution.async-state.active-buffer-size "
    "execution.async-state.active-buffer-timeout execution.async-state.total-buffer-size "
    "execution.attempts-history-size execution.batch-shuffle-mode execution.batch-state-backend.enabled "
    "execution.batch.adaptive.auto-parallelism.avg-data-volume-per-task "
    "execution.batch.adaptive.auto-parallelism.default-source-parallelism "
    "execution.batch.adaptive.auto-parallelism.enabled execution.batch.adaptive.auto-parallelism.max-parallelism "
    "execution.batch.adaptive.auto-parallelism.min-parallelism "
    "execution.batch.adaptive.skewed-optimization.skewed-factor "
    "execution.batch.adaptive.skewed-optimization.skewed-threshold execution.batch.job-recovery.enabled "
    "execution.batch.job-recovery.previous-worker.recovery.timeout execution.batch.job-recovery.snapshot.min-pause "
    "execution.batch.speculative.block-slow-node-duration execution.batch.speculative.enabled "
    "execution.batch.speculative.max-concurrent-executions execution.buffer-timeout.enabled "
    "execution.checkpointing.approximate-local-recovery execution.checkpointing.checkpoints-after-tasks-finish "
    "execution.checkpointing.checkpoints-after-tasks-finish.enabled execution.checkpointing.cleaner.parallel-mode "
    "execution.checkpointing.create-subdir execution.checkpointing.data-inline-threshold "
    "execution.checkpointing.during-recovery.enabled execution.checkpointing.file-merging.across-checkpoint-boundary "
    "execution.checkpointing.file-merging.enabled execution.checkpointing.file-merging.max-file-size "
    "execution.checkpointing.file-merging.max-space-amplification "
    "execution.checkpointing.file-merging.max-subtasks-per-file execution.checkpointing.file-merging.pool-blocking "
    "execution.checkpointing.interval-during-backlog execution.checkpointing.local-backup.dirs "
    "execution.checkpointing.recover-without-channel-state.checkpoint-id "
    "execution.checkpointing.snapshot-compression execution.checkpointing.unaligned "
    "execution.checkpointing.unaligned.forced execution.checkpointing.unaligned.interruptible-timers.enabled "
    "execution.checkpointing.unaligned.max-subtasks-per-channel-state-file "
    "execution.checkpointing.unaligned.recover-output-on-downstream.enabled "
    "execution.checkpointing.write-buffer-size execution.failover-strategy execution.job-listeners "
    "execution.job-status-changed-listeners execution.program-config.enabled execution.program-config.wildcards "
    "execution.savepoint-restore-mode execution.shutdown-on-application-finish execution.shutdown-on-attached-exit "
    "execution.sort-keyed-partition.memory execution.sort-partition.memory execution.sorted-inputs.enabled "
    "execution.sorted-inputs.memory execution.state-recovery.approximate-local-recovery "
    "execution.state-recovery.from-local execution.state-recovery.without-channel-state.checkpoint-id "
    "execution.submit-failed-job-on-application-error "
    "execution.terminate-application-on-any-job-terminated-exceptionally pipeline.cached-files "
    "pipeline.cep.sharedbuffer.cache.entry-slots pipeline.cep.sharedbuffer.cache.event-slots "
    "pipeline.cep.sharedbuffer.cache.statistics-interval pipeline.classpaths pipeline.closure-cleaner-level "
    "pipeline.force-avro pipeline.force-kryo pipeline.force-kryo-avro pipeline.generic-types "
    "pipeline.global-job-parameters pipeline.jars pipeline.job-id pipeline.jobvertex-parallelism-overrides "
    "pipeline.operator-chaining.chain-operators-with-different-max-parallelism pipeline.serialization-config "
    "pipeline.sources.pause-until-first-checkpoint pipeline.vertex-description-mode "
    "pipeline.vertex-name-include-index-prefix pipeline.watermark-alignment.allow-unaligned-source-splits "
    "pipeline.watermark-alignment.buffer-size state.changelog.enabled state.changelog.max-failures-allowed "
    "state.changelog.periodic-materialize.enabled state.changelog.periodic-materialize.interval "
    "state.changelog.storage state.checkpoint.cleaner.parallel-mode state.checkpoints.create-subdir "
    "state.storage.fs.memory-threshold state.storage.fs.write-buffer-size table.builtin-catalog-name "
    "table.builtin-database-name table.catalog-modification.listeners table.catalog-store table.catalog-store.kind "
    "table.column-expansion-strategy table.default-freshness.continuous table.default-freshness.full "
    "table.default-start-mode table.display.max-column-width table.dynamic-table-options.enabled "
    "table.exec.async-lookup.key-ordered-enabled table.exec.async-ml-predict.max-concurrent-operations "
    "table.exec.async-ml-predict.output-mode table.exec.async-ml-predict.timeout "
    "table.exec.async-scalar.buffer-capacity table.exec.async-scalar.max-attempts "
    "table.exec.async-scalar.max-concurrent-operations table.exec.async-scalar.retry-delay "
    "table.exec.async-scalar.retry-strategy table.exec.async-scalar.timeout table.exec.async-state.enabled "
    "table.exec.async-table.max-concurrent-operations table.exec.async-table.max-retries "
    "table.exec.async-table.retry-delay table.exec.async-table.retry-strategy table.exec.async-table.timeout "
    "table.exec.async-vector-search.max-concurrent-operations table.exec.async-vector-search.output-mode "
    "table.exec.async-vector-search.timeout table.exec.deduplicate.insert-update-after-sensitive-enabled "
    "table.exec.deduplicate.mini-batch.compact-changes-enabled table.exec.delta-join.cache-enabled "
    "table.exec.delta-join.left.cache-size table.exec.delta-join.right.cache-size table.exec.disabled-operators "
    "table.exec.interval-join.min-cleanup-interval table.exec.local-hash-agg.adaptive.distinct-value-rate-threshold "
    "table.exec.local-hash-agg.adaptive.enabled table.exec.local-hash-agg.adaptive.sampling-threshold "
    "table.exec.operator-fusion-codegen.enabled table.exec.rank.topn-cache-size "
    "table.exec.resource.external-buffer-memory table.exec.resource.hash-agg.memory "
    "table.exec.resource.hash-join.memory table.exec.resource.sort.memory table.exec.simplify-operator-name-enabled "
    "table.exec.sink.nested-constraint-enforcer table.exec.sink.rowtime-inserter "
    "table.exec.sink.upsert-materialize-strategy.adaptive.threshold.high "
    "table.exec.sink.upsert-materialize-strategy.adaptive.threshold.low "
    "table.exec.sink.upsert-materialize-strategy.type table.exec.sort.async-merge-enabled "
    "table.exec.sort.default-limit table.exec.sort.max-num-file-handles table.exec.spill-compression.block-size "
    "table.exec.spill-compression.enabled table.exec.uid.format table.exec.uid.generation "
    "table.exec.unbounded-over.version table.exec.window-agg.buffer-size-limit table.generated-code.max-length "
    "table.generated-code.max-members table.legacy-nested-row-nullability "
    "table.optimizer.adaptive-broadcast-join.strategy table.optimizer.bushy-join-reorder-threshold "
    "table.optimizer.delta-join.strategy table.optimizer.distinct-agg.split.bucket-num "
    "table.optimizer.dynamic-filtering.enabled table.optimizer.incremental-agg-enabled "
    "table.optimizer.join.broadcast-threshold table.optimizer.multi-join.enabled "
    "table.optimizer.multiple-input-enabled table.optimizer.ptf.max-tables "
    "table.optimizer.reuse-optimize-block-with-digest-enabled table.optimizer.reuse-sink-enabled "
    "table.optimizer.reuse-source-enabled table.optimizer.reuse-sub-plan-enabled "
    "table.optimizer.runtime-filter.enabled table.optimizer.runtime-filter.max-build-data-size "
    "table.optimizer.runtime-filter.min-filter-ratio table.optimizer.runtime-filter.min-probe-data-size "
    "table.optimizer.skewed-join-optimization.skewed-factor "
    "table.optimizer.skewed-join-optimization.skewed-threshold table.optimizer.skewed-join-optimization.strategy "
    "table.optimizer.source.report-statistics-enabled table.optimizer.sql2rel.project-merge.enabled "
    "table.optimizer.union-all-as-breakpoint-enabled table.plan.compile.catalog-objects table.plan.force-recompile "
    "table.plan.restore.catalog-objects table.refresh-mode.freshness-threshold table.resources.download-dir "
    "table.rtas-ctas.atomicity-enabled table.secret-store table.secret-store.kind";

// Of what runs a cluster, and of state backends: none of their keys is looked at.
constexpr std::array<std::string_view, 7> kFamilies = {
    "metrics.", "rest.", "sql-client.", "state.backend.", "state.latency-track.", "state.size-track.", "taskmanager."};

}  // namespace

bool is_flink_setting(std::string_view key) {
  if (std::ranges::any_of(kFamilies, [&](std::string_view family) { return key.starts_with(family); })) return true;
  for (size_t begin = 0; begin < kKeys.size();) {
    const size_t end = std::min(kKeys.find(' ', begin), kKeys.size());
    if (kKeys.substr(begin, end - begin) == key) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace tidemill
