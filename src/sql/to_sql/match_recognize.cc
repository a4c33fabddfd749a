// sql/to_sql/match_recognize.cc - MATCH_RECOGNIZE as SQL. Rule: every clause that has a default is written out.
#include <fmt/format.h>

#include "sql/to_sql/sql_writer.h"

namespace tidemill {
namespace {

std::string quantifier_text(const ast::RowPattern& repetition) {
  std::string text;
  if (!repetition.most)
    text = repetition.least == 0 ? "*" : repetition.least == 1 ? "+" : fmt::format("{{{},}}", repetition.least);
  else if (repetition.least == 0 && *repetition.most == 1)
    text = "?";
  else
    text = fmt::format("{{{},{}}}", repetition.least, *repetition.most);
  return repetition.reluctant ? text + "?" : text;
}

}  // namespace

void SqlWriter::write_row_pattern(const ast::RowPattern& pattern) {
  using enum ast::RowPatternKind;
  if (pattern.kind == kVariable) return write(pattern.variable);
  if (pattern.kind == kRepetition) {
    const bool bare = pattern.parts.front().kind == kVariable;
    if (!bare) text_ += '(';
    write_row_pattern(pattern.parts.front());
    if (!bare) text_ += ')';
    text_ += quantifier_text(pattern);
    return;
  }
  bool first = true;
  for (const ast::RowPattern& part : pattern.parts) {
    if (!first) text_ += pattern.kind == kSequence ? " " : " | ";
    first = false;
    const bool nested = part.kind == kSequence || part.kind == kAlternation;
    if (nested) text_ += '(';
    write_row_pattern(part);
    if (nested) text_ += ')';
  }
}

void SqlWriter::write_match(const ast::MatchTable& match) {
  write(*match.input);
  text_ += " MATCH_RECOGNIZE (";
  if (!match.partition_by.empty()) {
    text_ += "PARTITION BY ";
    list(match.partition_by);
    text_ += ' ';
  }
  if (!match.order_by.empty()) {
    write_order_by(match.order_by);
    text_ += ' ';
  }
  if (!match.measures.empty()) {
    text_ += "MEASURES ";
    list(match.measures, [this](const ast::Measure& measure) {
      write(*measure.expression);
      text_ += " AS ";
      write(measure.name);
    });
    text_ += ' ';
  }
  text_ += match.all_rows ? "ALL ROWS PER MATCH" : "ONE ROW PER MATCH";
  constexpr std::string_view kAfter[] = {"", "PAST LAST ROW", "TO NEXT ROW", "TO FIRST ", "TO LAST "};
  if (match.after != ast::AfterMatch::kDefault) {
    text_ += fmt::format(" AFTER MATCH SKIP {}", kAfter[static_cast<size_t>(match.after)]);
    if (!match.skip_target.name.empty()) write(match.skip_target);
  }
  text_ += " PATTERN (";
  write_row_pattern(match.pattern);
  text_ += ')';
  if (match.within != nullptr) {
    text_ += " WITHIN ";
    write(*match.within);
    if (match.with_timeouts) text_ += " EMIT TIMEOUTS";
  }
  if (!match.subsets.empty()) {
    text_ += " SUBSET ";
    list(match.subsets, [this](const ast::RowPatternSubset& subset) {
      write(subset.name);
      text_ += " = ";
      write_names(subset.variables);
    });
  }
  text_ += " DEFINE ";
  list(match.definitions, [this](const ast::RowPatternDefinition& definition) {
    write(definition.variable);
    text_ += " AS ";
    write(*definition.condition);
  });
  text_ += ')';
}

}  // namespace tidemill
