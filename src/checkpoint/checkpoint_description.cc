#include "checkpoint/checkpoint_description.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/time.h"
#include "checkpoint/state_file.h"
#include "data/time_text.h"
#include "state/part_contents.h"

namespace tidemill {
namespace {

using Json = nlohmann::ordered_json;

// One operator, over all its subtasks.
struct OperatorContents {
  uint64_t bytes = 0;
  std::vector<SavedTable> tables;
};

std::map<std::string, OperatorContents> contents_of(FileSystem& files, const RecoveryPoint& point) {
  std::map<std::string, OperatorContents> operators;
  for (const StatePart& part : point.manifest.states) {
    const std::unique_ptr<SnapshotReader> reader = open_state_part(files, point.directory, part);
    OperatorContents& contents = operators[part.operator_id];
    contents.bytes += reader->size();
    add_table_contents(contents.tables, *reader);
  }
  return operators;
}

Json watermark_json(EpochMillis watermark) {
  return watermark == kNoWatermark || watermark == kMaxWatermark ? Json() : Json(watermark);
}

Json operators_json(const RecoveryPoint& point, const std::map<std::string, OperatorContents>& contents) {
  Json list = Json::array();
  for (const ManifestOperator& op : point.manifest.operators) {
    const auto found = contents.find(op.id);
    Json tables = Json::array();
    if (found != contents.end())
      for (const SavedTable& table : found->second.tables)
        tables.push_back({{"name", table.name}, {"kind", table.kind}, {"records", table.records}});
    list.push_back({{"id", op.id},
                    {"name", op.name},
                    {"parallelism", op.parallelism},
                    {"bytes", found == contents.end() ? 0 : found->second.bytes},
                    {"tables", std::move(tables)}});
  }
  return list;
}

Json sources_json(const Manifest& manifest) {
  Json list = Json::array();
  for (const ManifestSource& source : manifest.sources) {
    Json splits = Json::array();
    for (const SplitProgress& split : source.splits)
      splits.push_back({{"id", split.split.id},
                        {"position", split.split.position},
                        {"watermark_ms", watermark_json(split.watermark)},
                        {"idle", split.idle}});
    Json ended = Json::array();
    for (const Split& split : source.ended) ended.push_back({{"id", split.id}, {"position", split.position}});
    list.push_back({{"id", source.operator_id},
                    {"splits", std::move(splits)},
                    {"ended", std::move(ended)},
                    {"counters", source.counters}});
  }
  return list;
}

Json sinks_json(const Manifest& manifest) {
  Json list = Json::array();
  for (const SinkPart& part : manifest.sinks)
    list.push_back({{"id", part.operator_id}, {"subtask", part.subtask}, {"prepared", part.committables}});
  return list;
}

// Returns the value as text that fits a line: bytes that connectors own may be anything.
std::string shown(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Returns a time in ms since 1970 as UTC shows it, "none" for null.
std::string time_text(const Json& time_ms) {
  if (time_ms.is_null()) return "none";
  std::string text;
  append_timestamp(text, time_ms.get<EpochMillis>(), 3);
  return text;
}

std::string text_of(const Json& json) {
  std::string text = fmt::format("{} '{}'\nepoch {} of job {}, taken at {} UTC, maximum parallelism {}\n",
                                 json["kind"].get<std::string>(), json["path"].get<std::string>(), shown(json["epoch"]),
                                 shown(json["job"]), time_text(json["taken_ms"]), shown(json["max_parallelism"]));
  text += "operators";
  for (const Json& op : json["operators"]) {
    text += fmt::format("\n  {}  [{}]  parallelism {}, {} bytes", op["name"].get<std::string>(),
                        op["id"].get<std::string>(), shown(op["parallelism"]), shown(op["bytes"]));
    for (const Json& table : op["tables"])
      text += fmt::format("\n    {} '{}': {} records", table["kind"].get<std::string>(),
                          table["name"].get<std::string>(), shown(table["records"]));
  }
  text += "\nsources";
  for (const Json& source : json["sources"]) {
    text += fmt::format("\n  {}", source["id"].get<std::string>());
    for (const Json& split : source["splits"])
      text += fmt::format("\n    split {} at {}, watermark {}{}", shown(split["id"]), shown(split["position"]),
                          time_text(split["watermark_ms"]), split["idle"].get<bool>() ? ", idle" : "");
    for (const Json& split : source["ended"])
      text += fmt::format("\n    split {} ended at {}", shown(split["id"]), shown(split["position"]));
  }
  text += "\nsinks";
  for (const Json& sink : json["sinks"])
    text += fmt::format("\n  {}, subtask {}: {} prepared", sink["id"].get<std::string>(), shown(sink["subtask"]),
                        sink["prepared"].size());
  return text;
}

}  // namespace

CheckpointDescription describe_checkpoint(FileSystem& files, const RecoveryPoint& point) {
  const Manifest& manifest = point.manifest;
  const Json json = {{"path", point.path},
                     {"kind", manifest.kind},
                     {"epoch", manifest.epoch},
                     {"job", manifest.job},
                     {"taken_ms", manifest.time},
                     {"max_parallelism", manifest.max_parallelism},
                     {"operators", operators_json(point, contents_of(files, point))},
                     {"sources", sources_json(manifest)},
                     {"sinks", sinks_json(manifest)}};
  return {text_of(json), shown(json)};
}

}  // namespace tidemill
