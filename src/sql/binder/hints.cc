// sql/binder/hints.cc - SELECT /*+ … */. Rule: a hint that names a table names one of FROM; one that tells how to join,
// where there is one way only, changes nothing.
#include <algorithm>
#include <array>
#include <utility>

#include "base/units.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/lookup_hint.h"
#include "sql/binder/query_binder.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 5> kJoinStrategies = {"BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP",
                                                             "MULTI_JOIN"};

bool names_table(const BoundRelation& from, const std::string& name) {
  return std::ranges::any_of(from.relations, [&](const ScopeRelation& relation) {
    return !relation.path.empty() && relation.path.back() == name;
  });
}

[[noreturn]] void throw_no_such_table(SourceLocation location, std::string_view hint, const std::string& name) {
  throw UserError(location, fmt::format("{} names a table that FROM lacks: {}", hint, name));
}

void check_table(const BoundRelation& from, const std::string& name, const ast::Hint& hint) {
  if (!names_table(from, name)) throw_no_such_table(hint.name.location, hint.name.name, name);
}

std::map<std::string, DurationMillis> state_ttls(const ast::Hint& hint) {
  std::map<std::string, DurationMillis> result;
  for (const ast::HintArgument& argument : hint.arguments) {
    const std::optional<DurationMillis> ttl_ms = argument.key ? parse_duration_ms(argument.value) : std::nullopt;
    if (!ttl_ms)
      throw UserError(hint.name.location, "STATE_TTL takes 'table' = 'duration' pairs",
                      "Write STATE_TTL('a' = '1 d', 'b' = '12 h').");
    result[*argument.key] = *ttl_ms;
  }
  return result;
}

}  // namespace

std::optional<DurationMillis> BoundRelation::hinted_ttl(const std::map<std::string, DurationMillis>& hints) const {
  for (const ScopeRelation& relation : relations) {
    const auto hint = relation.path.empty() ? hints.end() : hints.find(relation.path.back());
    if (hint != hints.end()) return hint->second;
  }
  return std::nullopt;
}

BoundRelation QueryBinder::bind_from(const ast::TableReference& table, const std::vector<ast::Hint>& hints) {
  std::map<std::string, DurationMillis> ttls;
  std::map<std::string, LookupMatch> lookups;
  for (const ast::Hint& hint : hints) {
    if (hint.name.name == "LOOKUP") {
      const LookupHint lookup = bind_lookup_hint(hint);
      lookups.emplace(lookup.table, lookup.match);
    } else if (hint.name.name == "STATE_TTL") {
      ttls.merge(state_ttls(hint));
    } else if (std::ranges::find(kJoinStrategies, hint.name.name) == kJoinStrategies.end()) {
      refuse_unsupported(hint.name.location, fmt::format("The hint {}", hint.name.name));
    }
  }
  std::swap(state_ttl_hints_, ttls);
  std::swap(lookup_hints_, lookups);
  BoundRelation from = bind_from(table);
  std::swap(state_ttl_hints_, ttls);
  std::swap(lookup_hints_, lookups);
  if (table.kind != ast::TableKind::kJoin) from.state_ttl_ms = from.hinted_ttl(ttls);  // of a join they are the sides'
  for (const auto& [name, match] : lookups)
    if (!names_table(from, name)) throw_no_such_table(hints.front().name.location, "LOOKUP", name);
  for (const ast::Hint& hint : hints) {
    if (hint.name.name == "LOOKUP") continue;
    for (const ast::HintArgument& argument : hint.arguments)
      check_table(from, argument.key ? *argument.key : argument.value, hint);
  }
  return from;
}

}  // namespace tidemill
