// sim/mutated_operator.h - an operator whose state is tampered with behind its back. Rule: everything else is passed
// on.
#pragma once
#include <memory>
#include <string_view>

#include "operators/operator.h"

namespace tidemill::sim {

// `mutation` is kDropTimer: the state that was just restored loses a timer; or kForgetMarks: at each barrier a page
// that changed counts as unchanged.
std::unique_ptr<Operator> make_mutated(std::unique_ptr<Operator> inner, std::string_view mutation);

}  // namespace tidemill::sim
