// What a plan costs, guessed.
#include "plan/passes/costs.h"

#include <cmath>

#include "data/number_text.h"
#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join.h"
#include "plan/lookup_join.h"
#include "plan/over.h"
#include "plan/sort_limit.h"
#include "plan/values.h"
#include "plan/window.h"

namespace tidemill {
namespace {

constexpr double kUnknownRows = 1e8;

// Shares of rows that a condition keeps.
constexpr double kEqualShare = 0.15;
constexpr double kComparedShare = 0.5;
constexpr double kNotNullShare = 0.9;
constexpr double kOtherShare = 0.25;
constexpr double kRankedShare = 0.1;  // of rows that a Top-N keeps

constexpr double kSerializeCpu = 160;
constexpr double kHashCpu = 8;  // a column of the key
constexpr double kSingleCpu = 1;
constexpr double kCompareCpu = 20;

constexpr double kVariableBytes = 12;  // of a text, bytes and whatever is nested

double bytes_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::kNull:
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt:
      return 1;
    case TypeKind::kSmallInt:
      return 2;
    case TypeKind::kInteger:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return 4;
    case TypeKind::kBigInt:
    case TypeKind::kDouble:
    case TypeKind::kIntervalDayTime:
      return 8;
    default:
      return kVariableBytes;
  }
}

double row_bytes(const Schema& schema) {
  double bytes = 0;
  for (const Field& field : schema.fields()) bytes += bytes_of(field.type);
  return bytes;
}

double share_of(const Expression& condition);

double share_of_call(const Call& call) {
  const std::string& name = call.name();
  if (name == "=" || name == "IS NOT DISTINCT FROM") return kEqualShare;
  if (name == "<" || name == "<=" || name == ">" || name == ">=" || name == "<>") return kComparedShare;
  if (name == "IS NOT NULL") return kNotNullShare;
  if (name == "IS NULL") return 1 - kNotNullShare;
  if (name == "BETWEEN") return kComparedShare * kComparedShare;
  if (name == "IN") return 1 - std::pow(1 - kEqualShare, static_cast<double>(call.children().size()) - 1);
  return kOtherShare;
}

double share_of_literal(const Value& value) { return value.is_null() || !value.as_bool() ? 0 : 1; }

double share_of(const Expression& condition) {
  double share = 1;
  switch (condition.kind()) {
    case ExpressionKind::kAnd:
      for (const ExpressionPtr& part : condition.children()) share *= share_of(*part);
      return share;
    case ExpressionKind::kOr:
      for (const ExpressionPtr& part : condition.children()) share *= 1 - share_of(*part);
      return 1 - share;
    case ExpressionKind::kNot:
      return 1 - share_of(*condition.child(0));
    case ExpressionKind::kLiteral:
      return share_of_literal(condition.as<Literal>().value());
    case ExpressionKind::kCall:
      return share_of_call(condition.as<Call>());
    default:
      return kOtherShare;
  }
}

double kept_of(double rows, const ExpressionPtr& condition) {
  if (condition == nullptr || rows == 0) return rows;
  return std::max(rows * share_of(*condition), 1.0);
}

// How many of the expressions compute something.
double computations(const std::vector<ExpressionPtr>& expressions) {
  return static_cast<double>(std::ranges::count_if(expressions, [](const ExpressionPtr& expression) {
    return expression->kind() != ExpressionKind::kColumn && expression->kind() != ExpressionKind::kLiteral;
  }));
}

double joined_rows(const JoinNode& join, double left, double right) {
  const double pairs = join.keys().empty() ? left * right : (left + right) * kEqualShare;
  const double inner = kept_of(pairs, join.residual());
  switch (join.type()) {
    case JoinType::kInner:
      return inner;
    case JoinType::kLeft:
      return std::max(inner, left);
    case JoinType::kRight:
      return std::max(inner, right);
    case JoinType::kFull:
      return std::max(inner, left + right);
    case JoinType::kSemi:
    case JoinType::kAnti:
      return left;
  }
  CHECK(false);
}

// Adds a node that gives `num_rows` of `read` rows, each of which costs `cpu`.
void add(CostEstimate& estimate, double num_rows, double read, double cpu) {
  estimate.num_rows = num_rows;
  estimate.rows += read;
  estimate.cpu += read * cpu;
}

CostEstimate scan_estimate(const ScanNode& scan, const TableTraits& tables) {
  const std::optional<int64_t> known = tables.source(scan).num_rows;
  const double rows = known ? static_cast<double>(*known) : kUnknownRows;
  CostEstimate estimate;
  add(estimate, rows, rows, 1);
  if (!scan.reads_output_as_is()) estimate.cpu += rows * computations(scan.projections());
  for (const int32_t field : scan.fields())
    estimate.io_bytes += rows * bytes_of(scan.table()->columns[static_cast<size_t>(field)].type);
  return estimate;
}

CostEstimate values_estimate(const ValuesNode& values) {
  CostEstimate estimate;
  add(estimate, static_cast<double>(values.rows().size()), static_cast<double>(values.rows().size()), 0);
  estimate.cpu = 1;  // the same for any number, as it is in Flink
  return estimate;
}

void add_sort_limit(const SortLimitNode& sort, CostEstimate& estimate) {
  const double input = estimate.num_rows;
  const double kept = sort.limit() ? std::min(input, static_cast<double>(*sort.limit())) : input;
  const double comparisons = sort.keys().empty() ? kept : input * std::max(std::log(kept), 1.0);
  estimate.num_rows = kept;
  estimate.rows += kept;
  estimate.cpu += kCompareCpu * comparisons;
}

// Adds what a node of one input does to it.
void add_node(const PlanNode& node, CostEstimate& estimate) {
  const double input = estimate.num_rows;
  switch (node.kind()) {
    case PlanKind::kFilter: {
      const double kept = kept_of(input, node.as<FilterNode>().predicate());
      return add(estimate, kept, kept, 0);
    }
    case PlanKind::kProject:
      return add(estimate, input, input, computations(node.as<ProjectNode>().projections()));
    case PlanKind::kCalc: {
      const auto& calc = node.as<CalcNode>();
      const double kept = kept_of(input, calc.predicate());
      return add(estimate, kept, kept, computations(calc.projections()));
    }
    case PlanKind::kAggregate:
      return add(estimate, input, input,
                 std::max<double>(1, static_cast<double>(node.as<AggregateNode>().aggregates().size())));
    case PlanKind::kWindowAggregate:
      return add(estimate, input, input,
                 std::max<double>(1, static_cast<double>(node.as<WindowAggregateNode>().aggregates().size())));
    case PlanKind::kOver:
      return add(estimate, input, input, static_cast<double>(node.as<OverNode>().calls().size()));
    case PlanKind::kRank:
      return add(estimate, std::max(input * kRankedShare, std::min(input, 1.0)), input, 1);
    case PlanKind::kSortLimit:
      return add_sort_limit(node.as<SortLimitNode>(), estimate);
    default:
      return add(estimate, input, input, 1);
  }
}

}  // namespace

std::string CostEstimate::to_string() const {
  std::string text = "rowcount = ";
  append_double(text, num_rows);
  text += ", cumulative cost = {";
  const std::pair<double, std::string_view> parts[] = {
      {rows, " rows, "}, {cpu, " cpu, "}, {io_bytes, " io, "}, {network_bytes, " network, "}, {0, " memory}"}};
  for (const auto& [amount, name] : parts) {
    append_double(text, amount);
    text += name;
  }
  return text;
}

PlanCosts::PlanCosts(const std::vector<PlanPtr>& roots, const TableTraits& tables) {
  visit_plan(roots, [&](const PlanNode& node) {
    CostEstimate estimate;
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const CostEstimate input = exchanged(*node.input(i), required_distribution(node, i));
      estimate.num_rows += input.num_rows;
      estimate.rows += input.rows;
      estimate.cpu += input.cpu;
      estimate.io_bytes += input.io_bytes;
      estimate.network_bytes += input.network_bytes;
    }
    if (const auto* scan = node.try_as<ScanNode>()) {
      estimate = scan_estimate(*scan, tables);
    } else if (const auto* values = node.try_as<ValuesNode>()) {
      estimate = values_estimate(*values);
    } else if (const auto* join = node.try_as<JoinNode>()) {
      add(estimate, joined_rows(*join, of(*join->left()).num_rows, of(*join->right()).num_rows), estimate.num_rows, 1);
    } else if (node.kind() == PlanKind::kSideRows) {
      add(estimate, kUnknownRows, kUnknownRows, 1);
    } else {
      add_node(node, estimate);
    }
    estimates_.emplace(&node, estimate);
  });
}

CostEstimate PlanCosts::exchanged(const PlanNode& node, const Distribution& distribution) const {
  CostEstimate estimate = of(node);
  if (distribution.kind == DistributionKind::kAny) return estimate;
  const bool hash = distribution.kind == DistributionKind::kHash;
  const double cpu = kSerializeCpu + (hash ? kHashCpu * static_cast<double>(distribution.keys.size()) : kSingleCpu);
  const double rows = estimate.num_rows;
  add(estimate, rows, rows, cpu);
  estimate.network_bytes += rows * row_bytes(*node.schema());
  return estimate;
}

}  // namespace tidemill
