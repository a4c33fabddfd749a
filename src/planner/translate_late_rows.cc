// planner/translate_late_rows.cc - t$late to the operators that drop rows of t. Rule: those of all statements of the
// job, but none behind the late rows themselves.
#include "operators/make_operator.h"
#include "planner/translation.h"

namespace tidemill {

Vertex translate_late_rows(const LateRowsNode& node, Translation& translation) {
  Vertex vertex;
  vertex.spec = UnionSpec{node.schema()};
  for (const int32_t from : translation.readers_of(node.table()))
    if (drops_late_rows(translation.spec_of(from))) vertex.inputs.push_back({from, Shipping::kGather, {}, true});
  if (vertex.inputs.empty()) {
    const std::string& table = node.table().name;
    throw UserError(
        fmt::format("{0}$late would stay empty: no operator of this job drops rows of {0} as late", table),
        fmt::format("Put the statement whose window, OVER or join reads {0} and the one that reads {0}$late in one "
                    "EXECUTE STATEMENT SET BEGIN … END.",
                    table));
  }
  return vertex;
}

}  // namespace tidemill
