// sql/binder/over_calls.h - the calls with OVER of one SELECT. Rule: while clauses are bound, each call stands as a
// column far behind all others; once all are known, over.cc gives it its real place.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/sort_key.h"
#include "expr/window_frame.h"
#include "sql/ast/query.h"
#include "sql/binder/aggregate_calls.h"

namespace tidemill {

// f(x) OVER (…), with its parts over the columns of FROM and the columns that stand for aggregates.
struct BoundOver {
  struct Order {
    ExpressionPtr expression;
    bool descending = false;
    bool nulls_first = true;
  };
  BoundAggregate aggregate;  // COUNT(*) for ROW_NUMBER()
  bool row_number = false;
  std::vector<ExpressionPtr> keys;
  std::vector<Order> order;
  WindowFrame frame;
  SourceLocation location;
};

// Returns whether two calls have the same PARTITION BY and ORDER BY; and the same frame.
bool same_order(const BoundOver& a, const BoundOver& b);
bool same_window(const BoundOver& a, const BoundOver& b);

class OverCalls {
 public:
  // The windows of the WINDOW clause, borrowed.
  explicit OverCalls(const std::vector<ast::NamedWindow>& windows) : windows_(windows) {}

  // Returns the window of this name. Throws UserError: there is none.
  const ast::WindowSpecification& window(const ast::Identifier& name) const;
  // Returns the column that stands for the call; equal calls are one.
  ExpressionPtr add(BoundOver call);

  bool empty() const { return calls_.empty(); }
  const std::vector<BoundOver>& calls() const { return calls_; }
  std::vector<BoundOver>& calls() { return calls_; }
  // Returns which call a column stands for, or nullopt for any other column.
  static std::optional<size_t> call_of(int32_t column);

 private:
  const std::vector<ast::NamedWindow>& windows_;
  std::vector<BoundOver> calls_;
};

}  // namespace tidemill
