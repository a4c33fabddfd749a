// Plans as text.
#include "plan/explain.h"

#include <map>

#include "plan/passes/distribution.h"

namespace tidemill {
namespace {

enum class Style : uint8_t { kLogical, kPhysical, kExecution };

class TreeWriter {
 public:
  TreeWriter(Style style, const Changelog* changelog) : style_(style), changelog_(changelog) {}

  std::string write(const std::vector<PlanPtr>& roots) {
    for (const PlanPtr& root : roots) count_consumers(*root);
    for (const PlanPtr& root : roots) {
      if (!text_.empty()) text_ += "\n";
      write_node(*root, "", "");
    }
    return std::move(text_);
  }

 private:
  void count_consumers(const PlanNode& node) {
    if (++consumers_[&node] > 1) return;
    for (const PlanPtr& input : node.inputs()) count_consumers(*input);
  }

  // `first` stands before the node's own line, `rest` before what is below it.
  void write_node(const PlanNode& node, const std::string& first, const std::string& rest) {
    std::string line = style_ == Style::kLogical ? node.logical_text() : node.physical_text();
    if (style_ == Style::kExecution && consumers_[&node] > 1 && !node.inputs().empty()) {
      const auto [reuse, is_new] = reuse_ids_.emplace(&node, static_cast<int32_t>(reuse_ids_.size()) + 1);
      if (!is_new) {
        text_ += fmt::format("{}Reused(reference_id=[{}])\n", first, reuse->second);
        return;
      }
      line += fmt::format("(reuse_id=[{}])", reuse->second);
    }
    text_ += first + with_kinds(std::move(line), node) + "\n";
    const Distribution distribution = required_distribution(node);
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const bool last = i + 1 == node.inputs().size();
      write_input(*node.input(i), distribution, rest + (last ? "+- " : ":- "), rest + (last ? "   " : ":  "));
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
    text_ += first + with_kinds(line, input) + "\n";
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
  std::map<const PlanNode*, int32_t> consumers_;
  std::map<const PlanNode*, int32_t> reuse_ids_;
  std::string text_;
};

}  // namespace

std::string explain_logical(const std::vector<PlanPtr>& roots) {
  return TreeWriter(Style::kLogical, nullptr).write(roots);
}

std::string explain_physical(const std::vector<PlanPtr>& roots, const Changelog* changelog) {
  return TreeWriter(Style::kPhysical, changelog).write(roots);
}

std::string explain_execution(const std::vector<PlanPtr>& roots) {
  return TreeWriter(Style::kExecution, nullptr).write(roots);
}

}  // namespace tidemill
