// checkpoint/plan_comparison.h - what becomes of a checkpoint's operators in a plan that may have changed. Rule: an
// operator is the same when its identity is; nothing that holds state is dropped without being named here. What is
// empty is no loss.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/manifest.h"
#include "state/part_contents.h"
#include "state/snapshot.h"

namespace tidemill {

enum class OperatorFate : uint8_t { kKept, kNew, kLost };

struct OperatorChange {
  std::string id;
  std::string name;
  OperatorFate fate = OperatorFate::kKept;
  std::vector<std::string> lost;     // what of its state has no place any more
  std::vector<std::string> empty;    // tables that have no place any more, and held nothing
  std::vector<std::string> changes;  // of its state, that lose nothing but what the query left out
};

struct PlanComparison {
  std::string saved_job;
  std::vector<OperatorChange> operators;  // the checkpoint's in its order, then the new ones

  bool differs() const;
  bool loses_state() const;
  // True where the checkpoint has operators and the plan has none of them.
  bool is_another_job() const;
  // Returns a table: fate, name and identity of each operator, with what is lost and what has changed under it.
  std::string text() const;
};

// Compares by identity. `tables_of` returns the tables in which an operator of the checkpoint keeps its state, over all
// its subtasks; it is asked about lost ones.
PlanComparison compare_plans(const Manifest& saved, std::span<const ManifestOperator> plan,
                             const std::function<std::vector<SavedTable>(const std::string& id)>& tables_of);
// Adds what restoring found out about kept operators, by identity.
void add_restore_reports(PlanComparison& comparison, const std::map<std::string, RestoreReport>& reports);

}  // namespace tidemill
