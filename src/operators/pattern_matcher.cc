#include "operators/pattern_matcher.h"

#include <algorithm>

namespace tidemill {
namespace {

constexpr size_t kBeginningsMax =
    10'000;  // from one row: what alternatives with conditions on the match so far multiply

}  // namespace

void add_row(PartialMatch& match, int32_t variable) {
  if (match.runs.empty() || match.runs.back().variable != variable) match.runs.push_back({variable, 0});
  ++match.runs.back().rows;
  ++match.rows;
}

PatternMatcher::PatternMatcher(const RowPatternDefinition& definition) : definition_(definition) {
  for (const PatternState& state : definition.automaton) {
    std::vector<bool> asked(definition.variables.size(), false);
    for (const PatternEdge& edge : state.edges) {
      asked[static_cast<size_t>(edge.variable)] = true;
      for (const int32_t variable : edge.unless) asked[static_cast<size_t>(variable)] = true;
    }
    asked_.push_back(std::move(asked));
  }
  of_rows_ = std::ranges::all_of(definition.of_row, [](bool of_row) { return of_row; });
  keeps_earliest_ = of_rows_ && definition.skip == RowSkip::kPastLastRow && !definition.within;
}

// Of two beginnings from one row in the same state the preferred one is complete with the other, and skips it. While
// nothing waits, what is complete later ends at or behind this row, and skips past both.
bool PatternMatcher::covered(const LiveMatches& next, const PartialMatch& match) const {
  if (of_rows_) {
    for (size_t i = next.partial.size(); i-- > 0 && next.partial[i].start == match.start;)
      if (next.partial[i].state == match.state) return true;
  }
  return keeps_earliest_ && next.complete.empty() &&
         std::ranges::find(next.partial, match.state, &PartialMatch::state) != next.partial.end();
}

void PatternMatcher::add(PartialMatch match, LiveMatches& next) {
  const size_t place = next.partial.size();
  if (place >= kBeginningsMax && next.partial[place - kBeginningsMax].start == match.start)
    throw UserError(
        fmt::format("MATCH_RECOGNIZE: there are more than {} ways to fit the pattern from one row", kBeginningsMax),
        "Conditions that exclude one another leave fewer.");
  next.partial.push_back(std::move(match));
}

void PatternMatcher::go_on(const PartialMatch& from, size_t index, Conditions& conditions, LiveMatches& next) const {
  for (const PatternEdge& edge : definition_.automaton[static_cast<size_t>(from.state)].edges) {
    if (!conditions.fits(edge.variable, index)) continue;
    if (std::ranges::any_of(edge.unless, [&](int32_t variable) { return conditions.fits(variable, index); })) continue;
    PartialMatch match = from;
    add_row(match, edge.variable);
    conditions.added(edge.variable, match);
    match.state = edge.target;
    const PatternState& target = definition_.automaton[static_cast<size_t>(edge.target)];
    if (target.accepts) next.complete.push_back(match);
    if (!target.edges.empty() && !covered(next, match)) add(std::move(match), next);
  }
}

void PatternMatcher::take(LiveMatches& live, int64_t row, EpochMillis time, Conditions& conditions,
                          std::vector<PartialMatch>& found) const {
  LiveMatches next;
  next.complete = std::move(live.complete);
  for (size_t i = 0; i < live.partial.size(); ++i) go_on(live.partial[i], i, conditions, next);
  PartialMatch anew;
  anew.start = row;
  anew.start_time = time;
  go_on(anew, live.partial.size(), conditions, next);
  live = std::move(next);
  std::ranges::stable_sort(live.complete, {}, &PartialMatch::start);
  emerge(live, time, found);
}

int64_t PatternMatcher::skip_from(const PartialMatch& match) const {
  if (definition_.skip == RowSkip::kToNextRow) return match.start + 1;
  if (definition_.skip == RowSkip::kPastLastRow) return match.start + match.rows;
  int64_t target = -1;
  int64_t row = match.start;
  for (const PatternRun& run : match.runs) {
    const bool is_target =
        std::ranges::find(definition_.skip_variables, run.variable) != definition_.skip_variables.end();
    if (is_target && definition_.skip == RowSkip::kToLast) target = row + run.rows - 1;
    if (is_target && definition_.skip == RowSkip::kToFirst && target < 0) target = row;
    row += run.rows;
  }
  const std::string clause = fmt::format(
      "AFTER MATCH SKIP TO {} {}", definition_.skip == RowSkip::kToFirst ? "FIRST" : "LAST", definition_.skip_name);
  if (target < 0)
    throw UserError(fmt::format("{}: a match has no row of {}", clause, definition_.skip_name),
                    "Skip to a variable that every match has.");
  if (target == match.start)
    throw UserError(fmt::format("{}: that is the first row of the match, which would be found again for ever", clause),
                    "Skip to a row behind it, to the next row, or past the last one.");
  return target;
}

// A match that began earlier and may still become complete comes first, whatever it skips.
void PatternMatcher::emerge(LiveMatches& live, EpochMillis time, std::vector<PartialMatch>& found) const {
  while (!live.complete.empty() &&
         (live.partial.empty() || live.complete.front().start <= live.partial.front().start)) {
    PartialMatch match = std::move(live.complete.front());
    live.complete.erase(live.complete.begin());
    const int64_t from = skip_from(match);
    const auto skipped = [&](const PartialMatch& other) { return other.start < from; };
    std::erase_if(live.partial, skipped);
    std::erase_if(live.complete, skipped);
    match.decided_at = time;
    found.push_back(std::move(match));
  }
}

// One first row after the other, so that what comes out has the time at which the last beginning before it ran out.
void PatternMatcher::expire(LiveMatches& live, EpochMillis time, std::vector<PartialMatch>& timed_out,
                            std::vector<PartialMatch>& found) const {
  if (!definition_.within) return;
  const auto is_gone = [&](const PartialMatch& match) { return match.start_time <= time - *definition_.within; };
  while (!live.partial.empty() && is_gone(live.partial.front())) {
    const bool one = !live.complete.empty();
    const int64_t first = live.partial.front().start;
    size_t gone = 0;
    for (; gone < live.partial.size() && is_gone(live.partial[gone]); ++gone) {
      PartialMatch& match = live.partial[gone];
      if (one && match.start != first) break;
      match.decided_at = match.start_time + *definition_.within;
      if (definition_.with_timeouts && (timed_out.empty() || timed_out.back().start != match.start))
        timed_out.push_back(match);
    }
    const EpochMillis expired_at = live.partial[gone - 1].decided_at;
    live.partial.erase(live.partial.begin(), live.partial.begin() + static_cast<std::ptrdiff_t>(gone));
    emerge(live, expired_at, found);
  }
}

}  // namespace tidemill
