// sql/limits.h - how large SQL may be. Rule: every limit ends in a UserError that names it.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tidemill {

constexpr size_t kSqlTextBytesMax = 1 << 20;  // a script is written by people or a tool; data belongs in files

// Parentheses, sub-queries, calls and types inside one another: one level costs a few stack frames in the parser and in
// every pass over the tree, and the whole must fit a thread's 8 MiB with room to spare.
constexpr int32_t kNestingDepthMax = 500;

// Operators of a chain that nests to the left, a + b + c: each is one level of the tree. AND, OR and set operations are
// flat and not limited by this. With kNestingDepthMax this bounds the height of a tree.
constexpr int32_t kOperatorChainMax = 1000;

constexpr int32_t kExpressionNodesMax = 100'000;  // of one statement: tens of megabytes of tree, plan and kernels

// Steps from a source to the result, through views, WITH and sub-queries: each is some stack in every walk over a plan.
constexpr int32_t kPlanDepthMax = 1000;

constexpr size_t kSyntaxErrorsMax = 100;  // reported of a script: nobody reads more; noise has one at every ';'

}  // namespace tidemill
