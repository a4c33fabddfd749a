// sim/mutations.h - deliberate defects, one at a time. Rule: each is a way to lose or double rows that somebody could
// write by mistake; a simulation that does not find one of them tests too little.
#pragma once
#include <span>
#include <string_view>

namespace tidemill::sim {

struct Mutation {
  std::string_view name;  // of the fault that switches it on
  std::string_view what;  // it does wrong
};

// Put in by the simulation (mutated_operator.h); the others are faults that the engine asks for by name.
constexpr std::string_view kDropTimer = "mutation.drop_timer";
constexpr std::string_view kForgetMarks = "mutation.forget_page_marks";

std::span<const Mutation> all_mutations();
// Returns whether there is one of this name.
bool is_mutation(std::string_view name);

}  // namespace tidemill::sim
