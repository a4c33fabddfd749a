// tests/differential/random_set.h - UNION, INTERSECT and EXCEPT, each with ALL or without, of rows of t and u; and what
// they must give.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tests/differential/naive.h"

namespace tidemill::differential {

struct SetQuery {
  struct Side {
    bool second = false;  // of table u
    std::vector<Node> columns;
    std::optional<Node> where;
  };
  std::vector<Side> sides;             // two or three
  std::vector<std::string> operators;  // between them, from left to right: "UNION", "EXCEPT ALL", …

  std::string sql() const;
};

SetQuery random_set_query(Dice& dice);
Answer set_naively(const SetQuery& query, const std::vector<Row>& rows);

}  // namespace tidemill::differential
