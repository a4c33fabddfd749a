// sql/parser/expression.cc - operators, by precedence climbing (Pratt). Rule: precedences are Calcite's; AND and OR
// become flat nodes, all else nests to the left.

#include "sql/parser/grammar.h"
#include "sql/precedence.h"

namespace tidemill {
namespace {

using ast::BinaryOperator;
using ast::ExpressionPtr;

struct InfixOperator {
  BinaryOperator op;
  int precedence;
};

// Returns the plain binary operator that a token is, or nullopt.
std::optional<InfixOperator> infix_operator(const Token& token) {
  switch (token.kind) {
    case TokenKind::kPlus:
      return InfixOperator{BinaryOperator::kAdd, kPrecedenceAdditive};
    case TokenKind::kMinus:
      return InfixOperator{BinaryOperator::kSubtract, kPrecedenceAdditive};
    case TokenKind::kStar:
      return InfixOperator{BinaryOperator::kMultiply, kPrecedenceMultiplicative};
    case TokenKind::kSlash:
      return InfixOperator{BinaryOperator::kDivide, kPrecedenceMultiplicative};
    case TokenKind::kPercent:
      return InfixOperator{BinaryOperator::kModulo, kPrecedenceMultiplicative};
    case TokenKind::kConcat:
      return InfixOperator{BinaryOperator::kConcat, kPrecedenceMultiplicative};
    case TokenKind::kEqual:
      return InfixOperator{BinaryOperator::kEqual, kPrecedenceComparison};
    case TokenKind::kNotEqual:
      return InfixOperator{BinaryOperator::kNotEqual, kPrecedenceComparison};
    case TokenKind::kLess:
      return InfixOperator{BinaryOperator::kLess, kPrecedenceComparison};
    case TokenKind::kLessOrEqual:
      return InfixOperator{BinaryOperator::kLessOrEqual, kPrecedenceComparison};
    case TokenKind::kGreater:
      return InfixOperator{BinaryOperator::kGreater, kPrecedenceComparison};
    case TokenKind::kGreaterOrEqual:
      return InfixOperator{BinaryOperator::kGreaterOrEqual, kPrecedenceComparison};
    case TokenKind::kWord:
      if (token.word.keyword != Keyword::kOverlaps) return std::nullopt;
      return InfixOperator{BinaryOperator::kOverlaps, kPrecedenceComparison};
    default:
      return std::nullopt;
  }
}

ExpressionPtr parse_operators_or_star(TokenCursor& cursor, int precedence, StarRule star);

// Reads the operators of one expression, each of which takes all before it as its left operand.
class OperatorLoop {
 public:
  OperatorLoop(TokenCursor& cursor, int precedence_min) : cursor_(cursor), chain_(cursor), min_(precedence_min) {}

  ExpressionPtr run(StarRule star) {
    left_ = parse_prefix(star);
    if (left_->kind == ast::ExpressionKind::kStar) return std::move(left_);
    while (extend()) {
    }
    return std::move(left_);
  }

 private:
  ExpressionPtr parse_prefix(StarRule star);
  bool extend();
  bool extend_by_word(Keyword keyword);
  void extend_infix(const InfixOperator& infix);
  void extend_quantified(BinaryOperator op, SourceLocation location);
  bool extend_logical(ast::LogicalOperator op, int precedence);
  bool extend_is();
  void finish_is_json(ast::Is& node);
  bool extend_range(bool negated);
  void extend_between(SourceLocation location, bool negated);
  void extend_like(SourceLocation location, bool negated, bool similar);
  void extend_in(SourceLocation location, bool negated);

  TokenCursor& cursor_;
  TokenCursor::Chain chain_;
  int min_;
  ExpressionPtr left_;
};

ExpressionPtr OperatorLoop::parse_prefix(StarRule star) {
  const auto prefix = [&](ast::UnaryOperator op, int precedence) -> ExpressionPtr {
    auto node = cursor_.make<ast::Unary>(cursor_.take().location);
    node->op = op;
    node->operand = parse_operators(cursor_, precedence);
    return node;
  };
  if (cursor_.at(Keyword::kNot)) return prefix(ast::UnaryOperator::kNot, kPrecedenceNot);
  if (cursor_.at(TokenKind::kMinus)) return prefix(ast::UnaryOperator::kNegate, kPrecedenceUnary);
  if (cursor_.at(TokenKind::kPlus)) return prefix(ast::UnaryOperator::kPlus, kPrecedenceUnary);
  return parse_primary(cursor_, star);
}

// Reads one operator and its right side. Returns false when there is none, or none that binds tightly enough.
bool OperatorLoop::extend() {
  const Token& token = cursor_.peek();
  if (const auto infix = infix_operator(token)) {
    if (infix->precedence < min_) return false;
    extend_infix(*infix);
    return true;
  }
  return token.kind == TokenKind::kWord && extend_by_word(token.word.keyword);
}

bool OperatorLoop::extend_by_word(Keyword keyword) {
  switch (keyword) {
    case Keyword::kAnd:
      return extend_logical(ast::LogicalOperator::kAnd, kPrecedenceAnd);
    case Keyword::kOr:
      return extend_logical(ast::LogicalOperator::kOr, kPrecedenceOr);
    case Keyword::kIs:
      return extend_is();
    case Keyword::kNot:
      if (min_ > kPrecedenceRange) return false;
      return extend_range(true);
    case Keyword::kBetween:
    case Keyword::kIn:
    case Keyword::kLike:
    case Keyword::kIlike:
    case Keyword::kRlike:
    case Keyword::kSimilar:
      if (min_ > kPrecedenceRange) return false;
      return extend_range(false);
    default:
      return false;
  }
}

void OperatorLoop::extend_infix(const InfixOperator& infix) {
  const SourceLocation location = cursor_.take().location;
  const bool comparison = infix.precedence == kPrecedenceComparison && infix.op != BinaryOperator::kOverlaps;
  if (comparison && (cursor_.at(Keyword::kAny) || cursor_.at(Keyword::kSome) || cursor_.at(Keyword::kAll))) {
    return extend_quantified(infix.op, location);
  }
  auto node = cursor_.make<ast::Binary>(location);
  node->op = infix.op;
  node->left = std::move(left_);
  node->right = parse_operators(cursor_, infix.precedence + 1);
  left_ = std::move(node);
  chain_.grow();
}

void OperatorLoop::extend_quantified(BinaryOperator op, SourceLocation location) {
  auto node = cursor_.make<ast::Quantified>(location);
  node->op = op;
  node->quantifier = cursor_.take().word.keyword == Keyword::kAll ? ast::Quantifier::kAll : ast::Quantifier::kAny;
  node->operand = std::move(left_);
  cursor_.expect(TokenKind::kLeftParen);
  QueryOrExpressions right = parse_query_or_expressions(cursor_);
  node->query = std::move(right.query);
  node->values = std::move(right.expressions);
  left_ = std::move(node);
  chain_.grow();
}

bool OperatorLoop::extend_logical(ast::LogicalOperator op, int precedence) {
  if (precedence < min_) return false;
  const SourceLocation location = cursor_.take().location;
  const auto is_same = [op](const ast::Expression& node) {
    return node.kind == ast::ExpressionKind::kLogical && node.as<ast::Logical>().op == op;
  };
  if (!is_same(*left_)) {
    auto node = cursor_.make<ast::Logical>(location);
    node->op = op;
    node->operands.push_back(std::move(left_));
    left_ = std::move(node);
    chain_.grow();
  }
  auto& operands = left_->as<ast::Logical>().operands;
  ExpressionPtr right = parse_operators(cursor_, precedence + 1);
  if (!is_same(*right)) {
    operands.push_back(std::move(right));
    return true;
  }
  for (ExpressionPtr& operand : right->as<ast::Logical>().operands) operands.push_back(std::move(operand));
  return true;
}

bool OperatorLoop::extend_is() {
  const size_t test = cursor_.at(Keyword::kNot, 1) ? 2 : 1;
  const bool distinct = cursor_.at(Keyword::kDistinct, test);
  if ((distinct ? kPrecedenceComparison : kPrecedenceIs) < min_) return false;
  const SourceLocation location = cursor_.take().location;
  const bool negated = cursor_.accept(Keyword::kNot);
  if (distinct) {
    cursor_.take();
    cursor_.expect(Keyword::kFrom);
    auto node = cursor_.make<ast::Binary>(location);
    node->op = negated ? BinaryOperator::kIsNotDistinctFrom : BinaryOperator::kIsDistinctFrom;
    node->left = std::move(left_);
    node->right = parse_operators(cursor_, kPrecedenceComparison + 1);
    left_ = std::move(node);
  } else {
    auto node = cursor_.make<ast::Is>(location);
    node->negated = negated;
    if (cursor_.accept(Keyword::kNull))
      node->test = ast::IsTest::kNull;
    else if (cursor_.accept(Keyword::kTrue))
      node->test = ast::IsTest::kTrue;
    else if (cursor_.accept(Keyword::kFalse))
      node->test = ast::IsTest::kFalse;
    else if (cursor_.accept(Keyword::kUnknown))
      node->test = ast::IsTest::kUnknown;
    else if (cursor_.accept(Keyword::kJson))
      finish_is_json(*node);
    else
      cursor_.fail_expected("DISTINCT");
    node->operand = std::move(left_);
    left_ = std::move(node);
  }
  chain_.grow();
  return true;
}

void OperatorLoop::finish_is_json(ast::Is& node) {
  node.test = ast::IsTest::kJson;
  if (cursor_.accept(Keyword::kValue))
    node.test = ast::IsTest::kJsonValue;
  else if (cursor_.accept(Keyword::kObject))
    node.test = ast::IsTest::kJsonObject;
  else if (cursor_.accept(Keyword::kArray))
    node.test = ast::IsTest::kJsonArray;
  else if (cursor_.accept(Keyword::kScalar))
    node.test = ast::IsTest::kJsonScalar;
}

// Reads [NOT] BETWEEN, IN, LIKE and SIMILAR TO. Returns false at a NOT before anything else (NOT NULL of a column).
bool OperatorLoop::extend_range(bool negated) {
  const size_t ahead = negated ? 1 : 0;
  const Token& token = cursor_.peek(ahead);
  const Keyword keyword = token.kind == TokenKind::kWord ? token.word.keyword : Keyword::kNone;
  const bool known = keyword == Keyword::kBetween || keyword == Keyword::kIn || keyword == Keyword::kLike ||
                     keyword == Keyword::kSimilar || keyword == Keyword::kIlike || keyword == Keyword::kRlike;
  if (!known) return false;
  if (negated) cursor_.take();
  if (keyword == Keyword::kIlike) fail_not_supported(cursor_, "ILIKE", "Write LOWER(x) LIKE 'pattern'");
  if (keyword == Keyword::kRlike) fail_not_supported(cursor_, "RLIKE", "Write REGEXP(x, 'pattern')");
  const SourceLocation location = cursor_.take().location;
  if (keyword == Keyword::kBetween)
    extend_between(location, negated);
  else if (keyword == Keyword::kIn)
    extend_in(location, negated);
  else
    extend_like(location, negated, keyword == Keyword::kSimilar);
  chain_.grow();
  return true;
}

void OperatorLoop::extend_between(SourceLocation location, bool negated) {
  auto node = cursor_.make<ast::Between>(location);
  node->negated = negated;
  if (cursor_.at(Keyword::kSymmetric)) node->symmetric = true;
  if (node->symmetric || cursor_.at(Keyword::kAsymmetric)) cursor_.take();
  node->operand = std::move(left_);
  node->lower = parse_operators(cursor_, kPrecedenceAnd + 1);
  cursor_.expect(Keyword::kAnd);
  node->upper = parse_operators(cursor_, kPrecedenceRange + 1);
  left_ = std::move(node);
}

void OperatorLoop::extend_like(SourceLocation location, bool negated, bool similar) {
  if (similar) cursor_.expect(Keyword::kTo);
  auto node = cursor_.make<ast::Like>(location);
  node->negated = negated;
  node->similar = similar;
  node->operand = std::move(left_);
  node->pattern = parse_operators(cursor_, kPrecedenceRange);  // to the right: a LIKE (b LIKE c)
  if (cursor_.at(Keyword::kEscape)) {
    cursor_.take();
    node->escape = parse_operators(cursor_, kPrecedenceRange);
  }
  left_ = std::move(node);
}

void OperatorLoop::extend_in(SourceLocation location, bool negated) {
  cursor_.expect(TokenKind::kLeftParen);
  QueryOrExpressions right = parse_query_or_expressions(cursor_);
  if (right.query != nullptr) {
    auto node = cursor_.make<ast::InQuery>(location);
    node->operand = std::move(left_);
    node->query = std::move(right.query);
    node->negated = negated;
    left_ = std::move(node);
  } else {
    auto node = cursor_.make<ast::InList>(location);
    node->operand = std::move(left_);
    node->values = std::move(right.expressions);
    node->negated = negated;
    left_ = std::move(node);
  }
}

ExpressionPtr parse_operators_or_star(TokenCursor& cursor, int precedence, StarRule star) {
  const TokenCursor::Nesting nesting(cursor);
  return OperatorLoop(cursor, precedence).run(star);
}

}  // namespace

ExpressionPtr parse_operators(TokenCursor& cursor, int precedence) {
  return parse_operators_or_star(cursor, precedence, StarRule::kRefused);
}

ExpressionPtr parse_expression(TokenCursor& cursor) { return parse_operators(cursor, kPrecedenceLowest); }

ExpressionPtr parse_expression_or_star(TokenCursor& cursor) {
  return parse_operators_or_star(cursor, kPrecedenceLowest, StarRule::kAllowed);
}

std::vector<ExpressionPtr> parse_expressions(TokenCursor& cursor) {
  std::vector<ExpressionPtr> expressions;
  do {
    expressions.push_back(parse_expression(cursor));
  } while (cursor.accept(TokenKind::kComma));
  return expressions;
}

ast::OrderItem parse_order_item(TokenCursor& cursor) {
  ast::OrderItem item;
  item.expression = parse_expression(cursor);
  item.descending = cursor.accept(Keyword::kDesc);
  if (!item.descending) cursor.accept(Keyword::kAsc);
  if (!cursor.accept(Keyword::kNulls)) return item;
  const bool first = cursor.accept(Keyword::kFirst);
  if (!first) cursor.expect(Keyword::kLast);
  item.nulls = first ? ast::NullsOrder::kFirst : ast::NullsOrder::kLast;
  return item;
}

std::vector<ast::OrderItem> parse_order_items(TokenCursor& cursor) {
  std::vector<ast::OrderItem> items;
  do {
    items.push_back(parse_order_item(cursor));
  } while (cursor.accept(TokenKind::kComma));
  return items;
}

}  // namespace tidemill
