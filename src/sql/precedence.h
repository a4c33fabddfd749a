// sql/precedence.h - how tightly operators bind. Rule: parser and printer share these, so what is printed parses back.
// The order is Apache Calcite's (SqlStdOperatorTable), which Flink uses.
#pragma once

namespace tidemill {

constexpr int kPrecedenceLowest = 0;
constexpr int kPrecedenceOr = 22;
constexpr int kPrecedenceAnd = 24;
constexpr int kPrecedenceNot = 26;
constexpr int kPrecedenceIs = 28;              // IS NULL, IS TRUE, … behind their operand
constexpr int kPrecedenceComparison = 30;      // = <> < <= > >=, IS [NOT] DISTINCT FROM, OVERLAPS, = ANY
constexpr int kPrecedenceRange = 32;           // BETWEEN, IN, LIKE, SIMILAR TO
constexpr int kPrecedenceAdditive = 40;        // + -
constexpr int kPrecedenceMultiplicative = 60;  // * / % ||
constexpr int kPrecedenceUnary = 80;           // + - before their operand
constexpr int kPrecedencePrimary = 100;        // names, literals, calls, a.b, a[i], parentheses

}  // namespace tidemill
