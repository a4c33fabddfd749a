#include "tests/unit/operators/window_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"

namespace tidemill {
namespace {

struct Window {
  EpochMillis start = 0;
  EpochMillis end = 0;
  auto operator<=>(const Window&) const = default;
};

using Key = std::optional<std::string>;
using Rows = std::vector<ModelRow>;

EpochMillis aligned(EpochMillis time, DurationMillis offset, DurationMillis size) {
  EpochMillis start = (time - offset) / size * size + offset;
  while (start > time) start -= size;
  return start;
}

std::vector<Window> windows_of(const WindowDefinition& window, EpochMillis time) {
  std::vector<Window> windows;
  switch (window.kind) {
    case WindowKind::kTumble: {
      const EpochMillis start = aligned(time, window.offset, window.size);
      return {{start, start + window.size}};
    }
    case WindowKind::kHop:
      for (EpochMillis start = aligned(time, window.offset, window.slide); start + window.size > time;
           start -= window.slide)
        windows.push_back({start, start + window.size});
      return windows;
    case WindowKind::kCumulate: {
      const EpochMillis start = aligned(time, window.offset, window.size);
      for (EpochMillis end = start + window.slide; end <= start + window.size; end += window.slide)
        if (end > time) windows.push_back({start, end});
      return windows;
    }
    case WindowKind::kSession:
      return {{time, time + window.size}};
  }
  return windows;
}

bool closed(const Window& window, std::optional<EpochMillis> watermark) {
  return watermark && *watermark >= window.end - 1;
}

std::string result_of(const Key& key, const Window& window, const Rows& rows) {
  int64_t count = 0;
  int64_t values = 0;
  int64_t sum = 0;
  std::map<int64_t, int64_t> times;
  for (const ModelRow& row : rows) {
    const int64_t sign = row.retracts ? -1 : 1;
    count += sign;
    if (!row.value) continue;
    values += sign;
    sum += sign * *row.value;
    times[*row.value] += sign;
  }
  std::erase_if(times, [](const auto& entry) { return entry.second <= 0; });
  if (count == 0) return "";
  return fmt::format(
      "{} | {} | {} | {} | {} | T{} | T{}\n", key.value_or("NULL"), count, values == 0 ? "NULL" : std::to_string(sum),
      times.empty() ? "NULL" : std::to_string(times.begin()->first), times.size(), window.start, window.end);
}

// Adds a row to the sessions of its key; returns whether it was too late.
bool add_to_session(std::map<Window, Rows>& sessions, Window window, const ModelRow& row,
                    std::optional<EpochMillis> watermark) {
  std::vector<Window> met;
  for (const auto& [session, rows] : sessions)
    if (!closed(session, watermark) && session.start <= window.end && window.start <= session.end)
      met.push_back(session);
  for (const Window& session : met) window = {std::min(window.start, session.start), std::max(window.end, session.end)};
  if (closed(window, watermark)) return true;
  Rows merged;
  for (const Window& session : met) {
    merged.insert(merged.end(), sessions[session].begin(), sessions[session].end());
    sessions.erase(session);
  }
  merged.push_back(row);
  sessions[window] = merged;
  return false;
}

}  // namespace

std::string ModelRow::to_text() const {
  return fmt::format("{} | {} | {} | T{}\n", retracts ? "-D" : "+I", key.value_or("NULL"),
                     value ? std::to_string(*value) : "NULL", time);
}

ModelResult model_windows(const WindowDefinition& window, const std::vector<ModelRow>& rows, DurationMillis delay) {
  std::map<Key, std::map<Window, Rows>> windows;
  std::map<Key, std::map<Window, Rows>> done;
  std::optional<EpochMillis> watermark;
  ModelResult result;
  for (const ModelRow& row : rows) {
    if (window.kind == WindowKind::kSession) {
      if (add_to_session(windows[row.key], windows_of(window, row.time).front(), row, watermark)) ++result.late;
    } else {
      bool counted = false;
      for (const Window& of : windows_of(window, row.time)) {
        if (closed(of, watermark)) {
          ++result.window_rows_late;
          continue;
        }
        windows[row.key][of].push_back(row);
        ++result.window_rows_used;
        counted = true;
      }
      if (!counted) ++result.late;
    }
    watermark = std::max(watermark.value_or(row.time - delay), row.time - delay);
    for (auto& [key, of_key] : windows) {
      for (const auto& [of, content] : of_key)
        if (closed(of, watermark)) done[key][of] = content;
      std::erase_if(of_key, [&](const auto& entry) { return closed(entry.first, watermark); });
    }
  }
  for (auto& [key, of_key] : windows) done[key].insert(of_key.begin(), of_key.end());
  for (const auto& [key, of_key] : done) {
    std::vector<std::pair<Window, std::string>> by_end;
    for (const auto& [of, content] : of_key) by_end.emplace_back(of, result_of(key, of, content));
    std::stable_sort(by_end.begin(), by_end.end(),
                     [](const auto& a, const auto& b) { return a.first.end < b.first.end; });
    for (const auto& [of, text] : by_end) result.rows += text;
  }
  return result;
}

std::vector<ModelRow> random_rows(uint64_t seed, int32_t count, bool with_retractions) {
  uint64_t state = hash_integer(seed);
  const auto pick = [&](int64_t choices) {
    state = hash_integer(state);
    return static_cast<int64_t>(state % static_cast<uint64_t>(choices));
  };
  constexpr DurationMillis kBehind[] = {0, 0, 0, 1, 1000, 4000, 15000, 40000};
  std::vector<ModelRow> rows;
  std::vector<ModelRow> live;
  EpochMillis now = -60000;
  for (int32_t i = 0; i < count; ++i) {
    now += pick(3) == 0 ? 0 : pick(3000);
    if (with_retractions && !live.empty() && pick(4) == 0) {
      const auto which = live.begin() + pick(static_cast<int64_t>(live.size()));
      ModelRow retraction = *which;
      retraction.retracts = true;
      live.erase(which);
      rows.push_back(retraction);
      continue;
    }
    ModelRow row;
    if (const int64_t key = pick(4); key > 0) row.key = std::string(1, static_cast<char>('a' + key));
    if (pick(8) > 0) row.value = pick(7) - 2;
    row.time = now - kBehind[pick(8)];
    rows.push_back(row);
    live.push_back(row);
  }
  return rows;
}

}  // namespace tidemill
