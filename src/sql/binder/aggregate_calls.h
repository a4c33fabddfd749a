// sql/binder/aggregate_calls.h - what a grouped SELECT computes besides its keys. Rule: while clauses are bound, each
// call stands as a column behind those of FROM; once all are known, group.cc gives it its real place.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "data/window.h"
#include "expr/aggregate.h"
#include "expr/expression.h"
#include "sql/binder/window_definition.h"

namespace tidemill {

// COUNT(DISTINCT x) FILTER (WHERE y), with its parts over the columns of FROM.
struct BoundAggregate {
  AggregateFunctionPtr function;
  ExpressionPtr argument;  // null: COUNT(*)
  bool distinct = false;
  ExpressionPtr filter;  // null: none
  std::string text;      // canonical
};

// Returns whether two calls compute the same.
bool same_call(const BoundAggregate& a, const BoundAggregate& b);

class AggregateCalls {
 public:
  // Calls stand for the columns from `first_column` on.
  explicit AggregateCalls(int32_t first_column) : first_column_(first_column) {}

  struct Call {
    std::variant<BoundAggregate, WindowProperty> what;
    Type type;
  };

  // Returns the column that stands for the call; equal calls are one.
  ExpressionPtr add(BoundAggregate aggregate);
  ExpressionPtr add(WindowProperty property, const Type& type);

  bool empty() const { return calls_.empty(); }
  const std::vector<Call>& calls() const { return calls_; }
  // Returns which call a column stands for, or nullopt for a column of FROM.
  std::optional<size_t> call_of(int32_t column) const;

  const std::optional<GroupWindow>& window() const { return window_; }
  void set_window(GroupWindow window) { window_ = window; }

 private:
  ExpressionPtr place(size_t index) const;

  int32_t first_column_;
  std::vector<Call> calls_;
  std::optional<GroupWindow> window_;
};

}  // namespace tidemill
