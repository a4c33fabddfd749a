// base/config_options.h - typed handles of the settings that the engine reads. Rule: durations are in milliseconds,
// sizes in bytes.
#pragma once
#include "base/config.h"

namespace tidemill {

inline constexpr ConfigOption<int64_t> kParallelismDefault{"parallelism.default"};
inline constexpr ConfigOption<std::string> kPipelineName{"pipeline.name"};
inline constexpr ConfigOption<int64_t> kPipelineMaxParallelism{"pipeline.max-parallelism"};
inline constexpr ConfigOption<bool> kOperatorChaining{"pipeline.operator-chaining.enabled"};
inline constexpr ConfigOption<int64_t> kAutoWatermarkInterval{"pipeline.auto-watermark-interval"};
inline constexpr ConfigOption<std::string> kRuntimeMode{"execution.runtime-mode"};  // STREAMING, BATCH, AUTOMATIC
inline constexpr ConfigOption<int64_t> kBufferTimeout{"execution.buffer-timeout.interval"};
inline constexpr ConfigOption<int64_t> kCheckpointInterval{"execution.checkpointing.interval"};  // find(): none = off
inline constexpr ConfigOption<int64_t> kEpochInterval{"execution.epoch.interval"};
inline constexpr ConfigOption<int64_t> kCheckpointTimeout{"execution.checkpointing.timeout"};
inline constexpr ConfigOption<std::string> kCheckpointDirectory{"execution.checkpointing.dir"};
inline constexpr ConfigOption<int64_t> kCheckpointsRetained{"execution.checkpointing.num-retained"};
inline constexpr ConfigOption<std::string> kSavepointPath{"execution.state-recovery.path"};
inline constexpr ConfigOption<int64_t> kStateMemorySize{"state.memory.size"};
inline constexpr ConfigOption<std::string> kStateBackend{"state.backend.type"};  // HASHMAP: nothing is spilled
inline constexpr ConfigOption<std::string> kStateCheckpoint{"state.checkpoint"};
inline constexpr ConfigOption<std::string> kStateSpillDirectory{"state.spill.dir"};
inline constexpr ConfigOption<int64_t> kStateTimeToLive{"table.exec.state.ttl"};
inline constexpr ConfigOption<int64_t> kSourceIdleTimeout{"table.exec.source.idle-timeout"};
inline constexpr ConfigOption<bool> kMiniBatchEnabled{"table.exec.mini-batch.enabled"};
inline constexpr ConfigOption<int64_t> kMiniBatchLatency{"table.exec.mini-batch.allow-latency"};
inline constexpr ConfigOption<int64_t> kMiniBatchSize{"table.exec.mini-batch.size"};
inline constexpr ConfigOption<std::string> kRowtimeNullHandling{"table.exec.source.rowtime-null-handling"};
inline constexpr ConfigOption<std::string> kNotNullEnforcer{"table.exec.sink.not-null-enforcer"};
inline constexpr ConfigOption<std::string> kUpsertMaterialize{
    "table.exec.sink.upsert-materialize"};  // AUTO, FORCE, NONE
inline constexpr ConfigOption<bool> kRequireOnConflict{"table.exec.sink.require-on-conflict"};
inline constexpr ConfigOption<bool> kCdcEventsDuplicate{"table.exec.source.cdc-events-duplicate"};
inline constexpr ConfigOption<std::string> kTypeLengthEnforcer{"table.exec.sink.type-length-enforcer"};
inline constexpr ConfigOption<std::string> kNonDeterministicUpdates{
    "table.optimizer.non-deterministic-update.strategy"};                            // TRY_RESOLVE, IGNORE
inline constexpr ConfigOption<std::string> kLocalTimeZone{"table.local-time-zone"};  // "default": UTC
inline constexpr ConfigOption<std::string> kLateRows{"late-rows"};                   // SPLIT, MERGED
inline constexpr ConfigOption<std::string> kOverflow{"overflow"};                    // WRAP, ERROR
inline constexpr ConfigOption<std::string> kRowOrder{"row-order"};                   // EVENT_TIME, ARRIVAL

}  // namespace tidemill
