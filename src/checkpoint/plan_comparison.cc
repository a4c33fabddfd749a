#include "checkpoint/plan_comparison.h"

#include <algorithm>
#include <set>

namespace tidemill {
namespace {

std::string_view fate_text(OperatorFate fate) {
  return fate == OperatorFate::kKept ? "kept" : fate == OperatorFate::kNew ? "new " : "lost";
}

// Says what a lost operator takes with it.
void add_state(const Manifest& saved, const std::string& id, const std::vector<SavedTable>& tables,
               OperatorChange& change) {
  for (const SavedTable& table : tables) {
    if (table.companion) continue;  // goes with its owner
    (table.records == 0 ? change.empty : change.lost).push_back(fmt::format("state '{}'", table.name));
  }
  for (const ManifestSource& source : saved.sources)
    if (source.operator_id == id && !source.splits.empty())
      change.lost.push_back(fmt::format("how far {} {} read", source.splits.size() == 1 ? "its split" : "its splits",
                                        source.splits.size() == 1 ? "was" : "were"));
}

}  // namespace

bool PlanComparison::differs() const {
  return std::any_of(operators.begin(), operators.end(), [](const OperatorChange& op) {
    return op.fate != OperatorFate::kKept || !op.lost.empty() || !op.empty.empty() || !op.changes.empty();
  });
}

bool PlanComparison::loses_state() const {
  return std::any_of(operators.begin(), operators.end(), [](const OperatorChange& op) { return !op.lost.empty(); });
}

bool PlanComparison::is_another_job() const {
  const auto of = [this](OperatorFate fate) {
    return std::any_of(operators.begin(), operators.end(),
                       [fate](const OperatorChange& op) { return op.fate == fate; });
  };
  return of(OperatorFate::kLost) && !of(OperatorFate::kKept);
}

std::string PlanComparison::text() const {
  size_t width = 0;
  for (const OperatorChange& op : operators) width = std::max(width, op.name.size());
  std::string text;
  for (const OperatorChange& op : operators) {
    text += fmt::format("  {}  {:<{}}  {}\n", fate_text(op.fate), op.name, width, op.id);
    for (const std::string& lost : op.lost) text += fmt::format("        lost: {}\n", lost);
    for (const std::string& empty : op.empty) text += fmt::format("        empty: {}\n", empty);
    for (const std::string& change : op.changes) text += fmt::format("        {}\n", change);
  }
  return text;
}

PlanComparison compare_plans(const Manifest& saved, std::span<const ManifestOperator> plan,
                             const std::function<std::vector<SavedTable>(const std::string& id)>& tables_of) {
  PlanComparison comparison;
  comparison.saved_job = saved.job;
  std::set<std::string> in_plan, in_checkpoint;
  for (const ManifestOperator& op : plan) in_plan.insert(op.id);
  for (const ManifestOperator& op : saved.operators) {
    in_checkpoint.insert(op.id);
    const bool kept = in_plan.contains(op.id);
    OperatorChange& change = comparison.operators.emplace_back();
    change = {op.id, op.name, kept ? OperatorFate::kKept : OperatorFate::kLost, {}, {}, {}};
    if (!kept) add_state(saved, op.id, tables_of(op.id), change);
  }
  for (const ManifestOperator& op : plan)
    if (!in_checkpoint.contains(op.id))
      comparison.operators.push_back({op.id, op.name, OperatorFate::kNew, {}, {}, {}});
  return comparison;
}

void add_restore_reports(PlanComparison& comparison, const std::map<std::string, RestoreReport>& reports) {
  for (OperatorChange& op : comparison.operators) {
    const auto found = reports.find(op.id);
    if (found == reports.end()) continue;
    for (const std::string& table : found->second.tables_lost) op.lost.push_back(fmt::format("state '{}'", table));
    for (const std::string& table : found->second.tables_empty) op.empty.push_back(fmt::format("state '{}'", table));
    for (const std::string& table : found->second.tables_new)
      op.changes.push_back(fmt::format("new: state '{}', empty", table));
    for (const std::string& field : found->second.fields_added)
      op.changes.push_back(fmt::format("new: {}, counts from here on", field));
    for (const std::string& field : found->second.fields_removed)
      op.changes.push_back(fmt::format("left out: {}", field));
  }
}

}  // namespace tidemill
