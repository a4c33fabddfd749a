// data/change_codes.h - kinds of changes written as values of a column, for TO_CHANGELOG and FROM_CHANGELOG. Rule: a
// kind without a code does not come out, a code without a kind must not come in.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"

namespace tidemill {

// A kind of change and what stands for it; several codes may stand for one kind.
struct ChangeCode {
  RowKind kind = RowKind::kInsert;
  std::string code;
  bool operator==(const ChangeCode&) const = default;
};
using ChangeCodes = std::vector<ChangeCode>;

// Returns "INSERT", "UPDATE_BEFORE", "UPDATE_AFTER" or "DELETE".
std::string_view change_name(RowKind kind);
// Returns the kind of that name, nullopt where there is none.
std::optional<RowKind> change_of_name(std::string_view name);
// Returns the codes that Flink has where none are given: each kind's name.
ChangeCodes default_change_codes();

}  // namespace tidemill
