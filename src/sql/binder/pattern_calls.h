// sql/binder/pattern_calls.h - what the expressions of DEFINE or MEASURES read of a match. Rule: each reading is a
// column, and equal ones are one.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "expr/row_pattern.h"

namespace tidemill {

// Variables of PATTERN and names of SUBSET, with the numbers of the variables that each stands for.
using PatternVariables = std::map<std::string, std::vector<int32_t>>;

class PatternCalls {
 public:
  // `variables` is borrowed. `time`: the column of the order's time attribute; `rowtime`: it is one of event time.
  // `measures`: the expressions are those of MEASURES, not of DEFINE.
  PatternCalls(const PatternVariables& variables, Field time, bool measures)
      : variables_(variables), time_(std::move(time)), measures_(measures) {}

  bool of_measures() const { return measures_; }
  const Field& time() const { return time_; }
  // Returns what the name stands for, or nullptr.
  const std::vector<int32_t>* find(const std::string& name) const;
  std::string names() const;

  // Returns the column that stands for the reference.
  ExpressionPtr add(PatternReference reference);
  const std::vector<PatternReference>& references() const { return references_; }

  // How the rows are found that the expression at hand reads: what FIRST, LAST, PREV, NEXT, FINAL around it say.
  struct Navigation {
    bool first = false;
    int64_t offset = 0;
    int64_t shift = 0;
    bool final = false;
    bool logical = false;    // inside FIRST or LAST
    bool physical = false;   // inside PREV or NEXT
    bool aggregate = false;  // inside an aggregate: columns are those of the input
  };
  const Navigation& navigation() const { return navigation_; }
  void set_navigation(const Navigation& navigation) { navigation_ = navigation; }

  // Notes that a column of these variables is read. Throws UserError where the call around it has read of others.
  void note_use(const std::vector<int32_t>& variables, SourceLocation location);
  // Begins a call around columns; returns what was noted of the one around it.
  std::optional<std::vector<int32_t>> begin_call() { return std::exchange(used_, std::nullopt); }
  // Ends it, and returns whose columns were read: nullopt where there were none.
  std::optional<std::vector<int32_t>> end_call(std::optional<std::vector<int32_t>> around) {
    return std::exchange(used_, std::move(around));
  }

 private:
  const PatternVariables& variables_;
  Field time_;
  bool measures_;
  Navigation navigation_;
  std::optional<std::vector<int32_t>> used_;
  std::vector<PatternReference> references_;
};

}  // namespace tidemill
