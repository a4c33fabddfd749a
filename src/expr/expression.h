// expr/expression.h - a bound, typed expression over the columns of one input. Rule: immutable and shared; `kind` names
// the class, switch on it and take as<T>().
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "data/type.h"
#include "data/value.h"
#include "expr/scalar_function.h"

namespace tidemill {

enum class ExpressionKind : uint8_t { kColumn, kLiteral, kCall, kCast, kAnd, kOr, kNot, kCase, kCoalesce, kShared };

class Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

class Expression {
 public:
  virtual ~Expression() = default;

  ExpressionKind kind() const { return kind_; }
  const Type& type() const { return type_; }
  const std::vector<ExpressionPtr>& children() const { return children_; }
  const ExpressionPtr& child(size_t index) const { return children_.at(index); }
  // Same row, same result, at any time; of the whole tree.
  bool is_deterministic() const { return deterministic_; }
  // May report row errors; of the whole tree.
  bool can_fail() const { return can_fail_; }
  // True where no column is read (a literal, or a function of literals).
  bool is_constant() const { return constant_; }
  // Nodes of the tree and of its longest branch. What several places share counts at each: whoever walks the tree does.
  int64_t size() const { return size_; }
  int32_t height() const { return height_; }
  // Consistent with operator==; computed once.
  uint64_t hash() const { return hash_; }
  // Returns SQL-like text with the given column names, $0, $1, … where there are none.
  std::string to_string(std::span<const std::string> column_names = {}) const;

  template <class T>
  const T& as() const {
    CHECK(kind_ == T::kKind);
    return static_cast<const T&>(*this);
  }
  template <class T>
  const T* try_as() const {
    return kind_ == T::kKind ? static_cast<const T*>(this) : nullptr;
  }

 protected:
  Expression(ExpressionKind kind, const Type& type, std::vector<ExpressionPtr> children, uint64_t own_hash,
             FunctionProperties properties = {});

 private:
  ExpressionKind kind_;
  Type type_;
  std::vector<ExpressionPtr> children_;
  bool deterministic_;
  bool can_fail_;
  bool constant_;
  int64_t size_ = 1;
  int32_t height_ = 1;
  uint64_t hash_;
};

// Structural equality: same kind, type, function, literal and children. Source locations do not count.
bool operator==(const Expression& a, const Expression& b);

class ColumnReference : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kColumn;
  ColumnReference(int32_t index, const Type& type);
  int32_t index() const { return index_; }

 private:
  int32_t index_;
};

class Literal : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kLiteral;
  explicit Literal(Value value);
  const Value& value() const { return value_; }
  // The value as a constant column of one row.
  const ColumnPtr& column() const { return column_; }

 private:
  Value value_;
  ColumnPtr column_;
};

// A function applied to arguments; also +, =, LIKE, IS NULL and the other operators. Made by FunctionRegistry::resolve.
class Call : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kCall;
  // Requires: name, argument types and literal arguments determine `function` (they are what == compares).
  Call(std::string name, ScalarFunctionPtr function, std::vector<ExpressionPtr> arguments, const Type& type,
       FunctionProperties properties, SourceLocation location);
  const std::string& name() const { return name_; }
  const ScalarFunction& function() const { return *function_; }
  const ScalarFunctionPtr& shared_function() const { return function_; }
  const FunctionProperties& properties() const { return properties_; }
  const SourceLocation& location() const { return location_; }  // line 0: unknown

 private:
  std::string name_;
  ScalarFunctionPtr function_;
  FunctionProperties properties_;
  SourceLocation location_;
};

// CAST or TRY_CAST of child(0) to type(). Made by make_cast (expr/cast.h), which refuses invalid pairs.
class Cast : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kCast;
  Cast(ExpressionPtr operand, const Type& type, bool is_try, ScalarFunctionPtr function, bool can_fail, bool reads_zone,
       SourceLocation location);
  bool is_try() const { return is_try_; }
  const ScalarFunction& function() const { return *function_; }
  const ScalarFunctionPtr& shared_function() const { return function_; }
  bool cast_can_fail() const { return cast_can_fail_; }
  bool reads_zone() const { return reads_zone_; }  // the result depends on table.local-time-zone
  const SourceLocation& location() const { return location_; }

 private:
  bool is_try_;
  ScalarFunctionPtr function_;
  bool cast_can_fail_;
  bool reads_zone_;
  SourceLocation location_;
};

// Two or more BOOLEAN children; a later one is evaluated only for rows that the earlier ones leave undecided.
class And : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kAnd;
  explicit And(std::vector<ExpressionPtr> operands);
};
class Or : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kOr;
  explicit Or(std::vector<ExpressionPtr> operands);
};
class Not : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kNot;
  explicit Not(ExpressionPtr operand);
};

// Children: condition, result, condition, result, …, and last the ELSE result. All results have type() but for
// nullability. A branch is evaluated only for the rows that reach it. IF and NULLIF are Cases.
class Case : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kCase;
  Case(std::vector<ExpressionPtr> children, const Type& type);
  size_t num_branches() const { return children().size() / 2; }
  const ExpressionPtr& condition(size_t branch) const { return child(branch * 2); }
  const ExpressionPtr& result(size_t branch) const { return child(branch * 2 + 1); }
  const ExpressionPtr& otherwise() const { return children().back(); }
};

// The first child that is not NULL; a later one is evaluated only for rows where the earlier ones are NULL.
class Coalesce : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kCoalesce;
  Coalesce(std::vector<ExpressionPtr> operands, const Type& type);
};

// A part that stands more than once in expressions that are evaluated together: child(0), whose values are computed
// once a batch. Made by share_equal_parts (expr/shared_values.h), when what is evaluated is fixed.
class Shared : public Expression {
 public:
  static constexpr ExpressionKind kKind = ExpressionKind::kShared;
  Shared(int32_t part, ExpressionPtr values);
  // The same number, the same values.
  int32_t part() const { return part_; }

 private:
  int32_t part_;
};

// Makers. make_and and make_or flatten nested ones and return the only operand where there is one; no operand gives
// TRUE (and) or FALSE (or). They do not fold.
ExpressionPtr make_column(int32_t index, const Type& type);
ExpressionPtr make_literal(Value value);
ExpressionPtr make_and(std::vector<ExpressionPtr> operands);
ExpressionPtr make_or(std::vector<ExpressionPtr> operands);
ExpressionPtr make_not(ExpressionPtr operand);

// Returns `expression` with other children of the same types (nullability may differ, and is carried upwards).
// Requires: as many children as before.
ExpressionPtr with_children(const Expression& expression, std::vector<ExpressionPtr> children);
// Returns `expression` with each column i replaced by replacements[i] (a projection put under it).
ExpressionPtr substitute_columns(const ExpressionPtr& expression, std::span<const ExpressionPtr> replacements);
// Returns `expression` with each column i renumbered to new_index[i].
ExpressionPtr renumber_columns(const ExpressionPtr& expression, std::span<const int32_t> new_index);
// Returns the columns read, ascending, each once.
std::vector<int32_t> columns_of(const Expression& expression);

struct ExpressionHash {
  size_t operator()(const ExpressionPtr& expression) const { return expression->hash(); }
};
struct ExpressionEqual {
  bool operator()(const ExpressionPtr& a, const ExpressionPtr& b) const { return *a == *b; }
};

}  // namespace tidemill
