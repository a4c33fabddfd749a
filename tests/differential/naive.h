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

Answer evaluate_naively(const Query& query, const std::vector<Row>& rows);

}  // namespace tidemill::differential
