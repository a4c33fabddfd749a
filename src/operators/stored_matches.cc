#include "operators/stored_matches.h"

namespace tidemill {
namespace {

constexpr int64_t kComplete = -1;  // in place of a state

enum LiveField : uint8_t { kState, kRows, kStartTime, kRuns, kAccumulators };

std::vector<Type> live_types() {
  return {Type::big_int(), Type::big_int(), Type::big_int(), Type::string(), Type::string()};
}

void append_varint(uint64_t number, std::string& out) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

uint64_t read_varint(std::string_view& bytes) {
  uint64_t number = 0;
  for (int32_t shift = 0;; shift += 7) {
    CHECK(!bytes.empty() && shift < 64);
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return number;
  }
}

std::string runs_text(const std::vector<PatternRun>& runs) {
  std::string text;
  for (const PatternRun& run : runs) {
    append_varint(static_cast<uint64_t>(run.variable), text);
    append_varint(static_cast<uint64_t>(run.rows), text);
  }
  return text;
}

std::vector<PatternRun> runs_of(std::string_view text) {
  std::vector<PatternRun> runs;
  while (!text.empty()) {
    const auto variable = static_cast<int32_t>(read_varint(text));
    runs.push_back({variable, static_cast<int64_t>(read_varint(text))});
  }
  return runs;
}

}  // namespace

StoredMatches::StoredMatches() : fields_(live_types()) {}

void StoredMatches::open(StateStore& state, const std::vector<Type>& key_types) {
  TableDescriptor live;
  live.name = "live matches";
  live.key_types = key_types;
  fields_.declare(live);
  table_ = &state.ordered_table(live, SubKeyKind::kTimeSequence);
  fields_.open(table_->layout());
}

void StoredMatches::load(MatchPartition& partition, const MatchAggregates& aggregates) const {
  if (table_->size(partition.key) == 0) return;
  partition.had_live = true;
  std::vector<ColumnBuilder> values;
  for (const Type& type : fields_.types()) values.emplace_back(type);
  std::vector<int64_t> starts;
  table_->scan(partition.key, SubKeyRange::all(), ScanDirection::kForward,
               [&](const SubKey& place, const std::byte* record) {
                 starts.push_back(place.time);
                 fields_.append(record, table_->texts(), values);
                 return true;
               });
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& value : values) columns.push_back(value.finish());
  const auto number = [&](LiveField field, int32_t row) { return columns[field]->decode<int64_t>()[row]; };
  for (int32_t row = 0; row < static_cast<int32_t>(starts.size()); ++row) {
    PartialMatch match;
    match.start = starts[static_cast<size_t>(row)];
    match.rows = number(kRows, row);
    match.start_time = number(kStartTime, row);
    match.runs = runs_of(columns[kRuns]->text(row));
    const std::string_view accumulators = columns[kAccumulators]->text(row);
    if (aggregates.fit(accumulators)) match.accumulators = accumulators;
    const int64_t state = number(kState, row);
    match.state = static_cast<int32_t>(state);
    (state == kComplete ? partition.live.complete : partition.live.partial).push_back(std::move(match));
  }
}

void StoredMatches::save(const MatchPartition& partition) {
  if (partition.had_live) table_->erase(partition.key, SubKeyRange::all());
  if (partition.live.partial.empty() && partition.live.complete.empty()) return;
  std::vector<ColumnBuilder> values;
  for (const Type& type : fields_.types()) values.emplace_back(type);
  std::vector<int64_t> starts;
  const auto add = [&](const PartialMatch& match, int64_t state) {
    starts.push_back(match.start);
    values[kState].append(state);
    values[kRows].append(match.rows);
    values[kStartTime].append(match.start_time);
    values[kRuns].append_text(runs_text(match.runs));
    values[kAccumulators].append_text(match.accumulators);
  };
  for (const PartialMatch& match : partition.live.partial) add(match, match.state);
  for (const PartialMatch& match : partition.live.complete) add(match, kComplete);
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& value : values) columns.push_back(value.finish());
  for (int32_t row = 0; row < static_cast<int32_t>(starts.size()); ++row) {
    bool created = false;
    std::byte* const record =
        table_->upsert(partition.key, SubKey::of_time(starts[static_cast<size_t>(row)], row), created);
    CHECK(created);
    fields_.put(record, table_->texts(), columns, row);
  }
}

}  // namespace tidemill
