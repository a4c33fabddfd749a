// planner/translate_side_rows.cc - t$late to the operators that drop rows of t, t$errors to the sources that read t.
// Rule: those of all statements of the job, but none behind the rows themselves.
#include "operators/make_operator.h"
#include "planner/translation.h"

namespace tidemill {
namespace {

UserError nobody_drops_rows(const std::string& table) {
  return UserError(
      fmt::format("{0}$late would stay empty: no operator of this job drops rows of {0} as late", table),
      fmt::format("Put the statement whose window, OVER or join reads {0} and the one that reads {0}$late in one "
                  "EXECUTE STATEMENT SET BEGIN … END.",
                  table));
}

UserError nobody_gives_records(const std::string& table, bool read) {
  if (read)
    return UserError(
        fmt::format("{0}$errors would stay empty: {0} does not give the records that it cannot read", table),
        fmt::format("Add 'record.error-policy' = 'dead-letter' to the options of {}; it goes with "
                    "connectors that have a format.",
                    table));
  return UserError(fmt::format("{0}$errors would stay empty: no other statement of this job reads {0}", table),
                   fmt::format("Put a statement that reads {0} and the one that reads {0}$errors in one EXECUTE "
                               "STATEMENT SET BEGIN … END.",
                               table));
}

const Source* source_of(const OperatorSpec& spec) {
  const auto* const source = std::get_if<SourceSpec>(&spec);
  return source == nullptr ? nullptr : source->source.get();
}

}  // namespace

Vertex translate_side_rows(const SideRowsNode& node, Translation& translation) {
  const bool late = node.side() == SideRows::kLate;
  Vertex vertex;
  vertex.spec = UnionSpec{node.schema()};
  bool read = false;
  for (const int32_t from : translation.readers_of(node.table())) {
    const OperatorSpec& spec = translation.spec_of(from);
    const Source* const source = source_of(spec);
    read = read || source != nullptr;
    const bool gives = source != nullptr && source->rejected_records() != RejectedRecords::kCounted;
    if (late ? drops_late_rows(spec) : gives) vertex.inputs.push_back({from, Shipping::kGather, {}, true});
  }
  if (!vertex.inputs.empty()) return vertex;
  throw late ? nobody_drops_rows(node.table().name) : nobody_gives_records(node.table().name, read);
}

void check_rejected_are_taken(const JobGraph& graph) {
  std::set<int32_t> taken;
  for (const Vertex& vertex : graph.vertices)
    for (const Edge& edge : vertex.inputs)
      if (edge.side) taken.insert(edge.from);
  for (size_t i = 0; i < graph.vertices.size(); ++i) {
    const Source* const source = source_of(graph.vertices[i].spec);
    if (source == nullptr || source->rejected_records() != RejectedRecords::kOnlyGiven) continue;
    if (taken.contains(static_cast<int32_t>(i))) continue;
    const std::string& table = std::get<SourceSpec>(graph.vertices[i].spec).table;
    throw UserError(
        fmt::format(
            "Nobody takes the records of {} that cannot be read, which 'record.error-policy' = 'dead-letter' asks for",
            table),
        fmt::format(
            "Read {0}$errors in the same EXECUTE STATEMENT SET (INSERT INTO … SELECT * FROM {0}$errors), or add "
            "'record.dead-letter.path' = '<directory>' to WITH (…).",
            table));
  }
}

}  // namespace tidemill
