// sql/binder/changelog_function.h - TO_CHANGELOG and FROM_CHANGELOG in FROM. Rule: arguments, defaults and refusals are
// those of Flink 2.3.
#pragma once
#include <array>
#include <string_view>

#include "sql/ast/function_call.h"

namespace tidemill {

constexpr std::array<std::string_view, 2> kChangelogFunctions = {"TO_CHANGELOG", "FROM_CHANGELOG"};

// Returns whether the call in FROM is one of the two, in any case.
bool is_changelog_function(const ast::FunctionCall& call);

}  // namespace tidemill
