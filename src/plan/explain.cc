// Plans as text.
#include "plan/explain.h"

#include <algorithm>
#include <map>

#include "plan/passes/distribution.h"

namespace tidemill {
namespace {

enum class Style : uint8_t { kLogical, kPhysical, kExecution };

// Logical and physical plans are drawn as trees, as Flink does, up to this many nodes; larger ones show once what
// several nodes read.
constexpr int64_t kTreeNodesMax = 1000;

class TreeWriter {
 public:
  explicit TreeWriter(Style style, const Changelog* changelog = nullptr, const PlanCosts* costs = nullptr)
      : style_(style), changelog_(changelog), costs_(costs) {}

  std::string write(const std::vector<PlanPtr>& roots) {
    measure(roots);
    for (const PlanPtr& root : roots) {
      if (!text_.empty()) text_ += "\n";
      write_node(*root, "", "");
    }
    return std::move(text_);
  }

 private:
  void measure(const std::vector<PlanPtr>& roots) {
    std::map<const PlanNode*, int64_t> tree_nodes;  // not above the maximum + 1
    int64_t all = 0;
    visit_plan(roots, [&](const PlanNode& node) {
      int64_t nodes = 1;
      for (const PlanPtr& input : node.inputs()) {
        ++consumers_[input.get()];
        nodes = std::min(nodes + tree_nodes[input.get()], kTreeNodesMax + 1);
      }
      tree_nodes[&node] = nodes;
    });
    for (const PlanPtr& root : roots) all += tree_nodes[root.get()];
    reuse_ = style_ == Style::kExecution || all > kTreeNodesMax;
  }

  // `first` stands before the node's own line, `rest` before what is below it.
  void write_node(const PlanNode& node, const std::string& first, const std::string& rest) {
    std::string line = style_ == Style::kLogical ? node.logical_text() : node.physical_text();
    if (reuse_ && consumers_[&node] > 1) {
      const auto [reuse, is_new] = reuse_ids_.emplace(&node, static_cast<int32_t>(reuse_ids_.size()) + 1);
      if (!is_new) {
        text_ += fmt::format("{}Reused(reference_id=[{}])\n", first, reuse->second);
        return;
      }
      line += fmt::format("(reuse_id=[{}])", reuse->second);
    }
    text_ += first + with_kinds(std::move(line), node);
    if (costs_ != nullptr) text_ += ": " + costs_->of(node).to_string();
    text_ += "\n";
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const bool last = i + 1 == node.inputs().size();
      write_input(*node.input(i), required_distribution(node, i), rest + (last ? "+- " : ":- "),
                  rest + (last ? "   " : ":  "));
    }
  }

  void write_input(const PlanNode& input, const Distribution& distribution, const std::string& first,
                   const std::string& rest) {
    if (style_ == Style::kLogical || distribution.kind == DistributionKind::kAny) {
      write_node(input, first, rest);
      return;
    }
    const std::string line =
        fmt::format("Exchange(distribution=[{}])", distribution_text(distribution, *input.schema()));
    text_ += first + with_kinds(line, input);
    if (costs_ != nullptr) text_ += ": " + costs_->exchanged(input, distribution).to_string();
    text_ += "\n";
    write_node(input, rest + "+- ", rest + "   ");
  }

  // "Calc(select=[k])" becomes "Calc(select=[k], changelogMode=[I])".
  std::string with_kinds(std::string line, const PlanNode& node) const {
    if (changelog_ == nullptr) return line;
    CHECK(line.ends_with(')'));
    line.pop_back();
    return fmt::format("{}, changelogMode=[{}])", line, changelog_->of(node).to_string());
  }

  Style style_;
  const Changelog* changelog_;
  const PlanCosts* costs_;
  bool reuse_ = false;
  std::map<const PlanNode*, int32_t> consumers_;
  std::map<const PlanNode*, int32_t> reuse_ids_;
  std::string text_;
};

}  // namespace

std::string explain_logical(const std::vector<PlanPtr>& roots) { return TreeWriter(Style::kLogical).write(roots); }

std::string explain_physical(const std::vector<PlanPtr>& roots, const Changelog* changelog, const PlanCosts* costs) {
  return TreeWriter(Style::kPhysical, changelog, costs).write(roots);
}

std::string explain_execution(const std::vector<PlanPtr>& roots) { return TreeWriter(Style::kExecution).write(roots); }

}  // namespace tidemill
