// tests/differential/naive.h - what a query must give, computed row by row in the plainest way. Rule: written for
// clarity; shares no code with the engine.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tests/differential/random_query.h"

namespace tidemill::differential {

struct Answer {
  std::vector<std::vector<std::optional<std::string>>> rows;  // in any order
  int64_t late = 0;
};

// The value of a BIGINT or STRING expression, as text, and of a BOOLEAN one, for a row; nullopt is NULL.
std::optional<std::string> value_of(const Node& node, const Row& row);
std::optional<bool> truth_of(const Node& node, const Row& row);

// The value of an aggregate over rows that are in order.
std::optional<std::string> aggregate_of(const Aggregate& aggregate, const std::vector<Row>& rows);

Answer evaluate_naively(const Query& query, const std::vector<Row>& rows);

}  // namespace tidemill::differential
