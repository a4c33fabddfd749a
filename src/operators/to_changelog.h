// operators/to_changelog.h - each change as a new row that says which one it is. Rule: nothing is kept between batches;
// rows keep their order, progress and origin.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

class ToChangelog final : public Operator {
 public:
  explicit ToChangelog(const ToChangelogSpec& spec);
  void open(OperatorContext&) override {}
  void process(Batch input, int32_t port, Output& output) override;

 private:
  SchemaPtr schema_;
  std::array<std::optional<std::string>, 4> codes_;  // by RowKind; none: such rows are left out
};

}  // namespace tidemill
