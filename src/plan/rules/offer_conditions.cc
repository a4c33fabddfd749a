// plan/rules/offer_conditions.cc - tells a source what its one reader asks of single columns, so that it may leave rows
// out. Rule: the filter stays; no row is left out that an event time, another reader or an error would miss.
#include <array>
#include <unordered_map>

#include "plan/calc.h"
#include "plan/join.h"
#include "plan/passes/changelog.h"
#include "plan/rules/rule.h"
#include "plan/scan.h"

namespace tidemill {
namespace {

struct Mirrored {
  std::string_view name, mirrored;  // the same with its sides exchanged
};
constexpr std::array<Mirrored, 5> kComparisons = {{{"=", "="}, {"<", ">"}, {"<=", ">="}, {">", "<"}, {">=", "<="}}};

// A literal of the column's own type, so that both are compared as they lie in memory.
bool is_like(const Literal& literal, const ColumnReference& column) {
  if (literal.value().is_null()) return false;
  const Type& a = literal.type();
  const Type& b = column.type();
  return (a.is_character() && b.is_character()) || a.same_except_nullable(b);
}

// Returns the conjunct as a condition of one column of the scan; nullopt: it is another.
std::optional<ScanCondition> as_condition(const Expression& conjunct, const ScanNode& scan) {
  const auto* call = conjunct.try_as<Call>();
  if (call == nullptr || call->children().empty() || call->children().size() > 2) return std::nullopt;
  const auto* column = call->child(0)->try_as<ColumnReference>();
  std::string name = call->name();
  Value value;
  if (call->children().size() == 1) {
    if (name != "IS NULL" && name != "IS NOT NULL") return std::nullopt;
  } else {
    const auto* literal = call->child(1)->try_as<Literal>();
    const auto comparison = std::ranges::find(kComparisons, name, &Mirrored::name);
    if (comparison == kComparisons.end()) return std::nullopt;
    if (column == nullptr) {
      column = call->child(1)->try_as<ColumnReference>();
      literal = call->child(0)->try_as<Literal>();
      name = comparison->mirrored;
    }
    if (column == nullptr || literal == nullptr || !is_like(*literal, *column)) return std::nullopt;
    value = literal->value();
  }
  if (column == nullptr) return std::nullopt;
  const int32_t of_table = scan.columns()[static_cast<size_t>(column->index())];
  if (scan.table()->columns[static_cast<size_t>(of_table)].kind != ColumnKind::kPhysical) return std::nullopt;
  return ScanCondition{of_table, std::move(name), std::move(value)};
}

class Offering {
 public:
  Offering(const PlanPtr& root, const OptimizerContext& context) : tables_(context.tables) {
    visit_plan(*root, [&](const PlanNode& node) {
      for (const PlanPtr& input : node.inputs()) ++readers_[input.get()];
    });
  }

  PlanPtr offer(const PlanPtr& node) const {
    const auto* calc = node->try_as<CalcNode>();
    if (calc == nullptr || calc->predicate() == nullptr) return node;
    const auto* scan = node->input()->try_as<ScanNode>();
    // Rows that are left out would not move the watermark on.
    if (scan == nullptr || scan->rowtime() || readers_.at(scan) != 1) return node;
    const SourceTraits traits = tables_->source(*scan);
    if (!traits.takes_conditions || !traits.append_only) return node;
    std::vector<ScanCondition> conditions;
    for (const ExpressionPtr& conjunct : conjuncts_of(calc->predicate())) {
      if (std::optional<ScanCondition> condition = as_condition(*conjunct, *scan))
        conditions.push_back(std::move(*condition));
      else if (conjunct->can_fail() || !conjunct->is_deterministic())
        break;  // rows that a later conjunct leaves out would have met its error
    }
    if (conditions.empty()) return node;
    return node->with_inputs({std::make_shared<ScanNode>(scan->table(), scan->columns(), std::move(conditions))});
  }

 private:
  const TableTraits* tables_;
  std::unordered_map<const PlanNode*, int32_t> readers_;
};

}  // namespace

PlanPtr offer_conditions(const PlanPtr& root, const OptimizerContext& context) {
  if (context.tables == nullptr) return root;
  const Offering offering(root, context);
  return rewrite_plan(root, [&](const PlanPtr& node) { return offering.offer(node); });
}

}  // namespace tidemill
