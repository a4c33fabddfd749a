#include "expr/expression.h"

#include <algorithm>

#include "base/hash.h"

namespace tidemill {
namespace {

constexpr int64_t kSizeMax = int64_t{1} << 40;  // counting stops here: shared parts double it at every level

uint64_t hash_text(const std::string& text) { return hash_bytes(text.data(), text.size()); }

uint64_t hash_type(const Type& type) {
  const uint64_t kind = static_cast<uint64_t>(type.kind) << 1 | static_cast<uint64_t>(type.nullable);
  const auto precision = static_cast<uint64_t>(static_cast<uint32_t>(type.precision));
  const auto scale = static_cast<uint64_t>(static_cast<uint32_t>(type.scale));
  return hash_combine(hash_integer(kind), precision << 32 | scale);
}

bool any_nullable(const std::vector<ExpressionPtr>& expressions) {
  return std::ranges::any_of(expressions, [](const ExpressionPtr& e) { return e->type().nullable; });
}

Type boolean_of(const std::vector<ExpressionPtr>& operands) {
  return Type::boolean().with_nullable(any_nullable(operands));
}

void check_boolean(const std::vector<ExpressionPtr>& operands) {
  for (const ExpressionPtr& operand : operands) CHECK(operand->type().physical() == PhysicalType::kBool);
}

// Puts nested nodes of the same kind into one list.
template <class Node>
std::vector<ExpressionPtr> flatten(std::vector<ExpressionPtr> operands) {
  std::vector<ExpressionPtr> flat;
  for (ExpressionPtr& operand : operands) {
    if (operand->kind() == Node::kKind) {
      flat.insert(flat.end(), operand->children().begin(), operand->children().end());
    } else {
      flat.push_back(std::move(operand));
    }
  }
  return flat;
}

}  // namespace

Expression::Expression(ExpressionKind kind, const Type& type, std::vector<ExpressionPtr> children, uint64_t own_hash,
                       FunctionProperties properties)
    : kind_(kind),
      type_(type),
      children_(std::move(children)),
      deterministic_(properties.deterministic),
      can_fail_(properties.can_fail),
      constant_(kind != ExpressionKind::kColumn && !properties.per_row),
      hash_(hash_combine(hash_combine(static_cast<uint64_t>(kind), own_hash), hash_type(type))) {
  for (const ExpressionPtr& child : children_) {
    CHECK(child != nullptr);
    deterministic_ = deterministic_ && child->deterministic_;
    can_fail_ = can_fail_ || child->can_fail_;
    constant_ = constant_ && child->constant_;
    size_ = std::min(size_ + child->size_, kSizeMax);
    height_ = std::max(height_, child->height_ + 1);
    hash_ = hash_combine(hash_, child->hash_);
  }
}

ColumnReference::ColumnReference(int32_t index, const Type& type)
    : Expression(kKind, type, {}, static_cast<uint64_t>(index)), index_(index) {
  CHECK(index >= 0);
}

Literal::Literal(Value value)
    : Expression(kKind, value.type(), {}, value.hash()), value_(std::move(value)), column_(value_.to_column(1)) {}

Call::Call(std::string name, ScalarFunctionPtr function, std::vector<ExpressionPtr> arguments, const Type& type,
           FunctionProperties properties, SourceLocation location)
    : Expression(kKind, type, std::move(arguments), hash_text(name), properties),
      name_(std::move(name)),
      function_(std::move(function)),
      properties_(properties),
      location_(location) {
  CHECK(function_ != nullptr);
}

Cast::Cast(ExpressionPtr operand, const Type& type, bool is_try, ScalarFunctionPtr function, bool can_fail,
           bool reads_zone, SourceLocation location)
    : Expression(kKind, type, {std::move(operand)}, is_try, {.can_fail = can_fail}),
      is_try_(is_try),
      function_(std::move(function)),
      cast_can_fail_(can_fail),
      reads_zone_(reads_zone),
      location_(location) {
  CHECK(function_ != nullptr);
}

And::And(std::vector<ExpressionPtr> operands) : Expression(kKind, boolean_of(operands), operands, 0) {
  CHECK(children().size() >= 2);
  check_boolean(children());
}

Or::Or(std::vector<ExpressionPtr> operands) : Expression(kKind, boolean_of(operands), operands, 0) {
  CHECK(children().size() >= 2);
  check_boolean(children());
}

Not::Not(ExpressionPtr operand)
    : Expression(kKind, Type::boolean().with_nullable(operand->type().nullable), {operand}, 0) {
  check_boolean(children());
}

Case::Case(std::vector<ExpressionPtr> branches, const Type& type) : Expression(kKind, type, std::move(branches), 0) {
  CHECK(children().size() >= 3 && children().size() % 2 == 1);
  for (size_t i = 0; i < num_branches(); ++i) {
    CHECK(condition(i)->type().physical() == PhysicalType::kBool);
    CHECK(result(i)->type().physical() == type.physical());
  }
  CHECK(otherwise()->type().physical() == type.physical());
}

Coalesce::Coalesce(std::vector<ExpressionPtr> operands, const Type& type)
    : Expression(kKind, type, std::move(operands), 0) {
  CHECK(!children().empty());
  for (const ExpressionPtr& operand : children()) CHECK(operand->type().physical() == type.physical());
}

Shared::Shared(int32_t part, ExpressionPtr values)
    : Expression(kKind, values->type(), {values}, static_cast<uint64_t>(part)), part_(part) {}

bool operator==(const Expression& a, const Expression& b) {
  if (&a == &b) return true;
  if (a.hash() != b.hash() || a.kind() != b.kind() || a.type() != b.type()) return false;
  if (a.children().size() != b.children().size()) return false;
  bool same = true;
  switch (a.kind()) {
    case ExpressionKind::kColumn:
      same = a.as<ColumnReference>().index() == b.as<ColumnReference>().index();
      break;
    case ExpressionKind::kLiteral:
      same = a.as<Literal>().value() == b.as<Literal>().value();
      break;
    case ExpressionKind::kCall:
      same = a.as<Call>().name() == b.as<Call>().name();
      break;
    case ExpressionKind::kCast:
      same = a.as<Cast>().is_try() == b.as<Cast>().is_try();
      break;
    case ExpressionKind::kShared:
      same = a.as<Shared>().part() == b.as<Shared>().part();
      break;
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
    case ExpressionKind::kNot:
    case ExpressionKind::kCase:
    case ExpressionKind::kCoalesce:
      break;
  }
  return same && std::ranges::equal(a.children(), b.children(),
                                    [](const ExpressionPtr& x, const ExpressionPtr& y) { return *x == *y; });
}

ExpressionPtr make_column(int32_t index, const Type& type) { return std::make_shared<ColumnReference>(index, type); }

ExpressionPtr make_literal(Value value) { return std::make_shared<Literal>(std::move(value)); }

ExpressionPtr make_and(std::vector<ExpressionPtr> operands) {
  std::vector<ExpressionPtr> flat = flatten<And>(std::move(operands));
  if (flat.empty()) return make_literal(Value::boolean(true));
  if (flat.size() == 1) return flat.front();
  return std::make_shared<And>(std::move(flat));
}

ExpressionPtr make_or(std::vector<ExpressionPtr> operands) {
  std::vector<ExpressionPtr> flat = flatten<Or>(std::move(operands));
  if (flat.empty()) return make_literal(Value::boolean(false));
  if (flat.size() == 1) return flat.front();
  return std::make_shared<Or>(std::move(flat));
}

ExpressionPtr make_not(ExpressionPtr operand) { return std::make_shared<Not>(std::move(operand)); }

}  // namespace tidemill
