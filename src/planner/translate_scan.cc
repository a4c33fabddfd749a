#include "planner/graph_builder.h"

namespace tidemill {
int32_t GraphBuilder::source_of(const TableDefinitionPtr& table) {
  const auto found = sources_.find(table.get());
  if (found != sources_.end()) return found->second;
  const std::set<int32_t>& columns = scanned_columns(*table);
  const ScanNode scan(table, {columns.begin(), columns.end()});
  SourceSpec spec;
  spec.source = options_.make_source(scan);
  if (!scan.reads_output_as_is()) spec.projections = scan.projections();
  spec.schema = scan.schema();
  spec.watermark = scan.watermark();
  spec.rowtime = scan.rowtime();
  spec.idle_timeout = options_.idle_timeout;
  spec.null_rowtime = options_.null_rowtime;
  spec.table = table->name.name;
  spec.always_row_watermarks = options_.row_watermarks;
  NewVertex added{"Source", table->name.name, scan.physical_text(), std::move(spec), {}, options_.parallelism};
  const int32_t vertex = add_vertex(std::move(added));
  sources_.emplace(table.get(), vertex);
  return vertex;
}

Translated translate_scan(GraphBuilder& graph, const ScanNode& node) {
  const int32_t source = graph.source_of(node.table());
  const SourceSpec& spec = std::get<SourceSpec>(graph.vertex(source).spec);
  const Translated whole{source, !spec.source->append_only()};
  const std::set<int32_t>& read = graph.scanned_columns(*node.table());
  if (read.size() == node.columns().size()) return whole;
  // Other scans of the table read more: take what this one wants.
  FilterProjectSpec projection;
  for (const int32_t column : node.columns()) {
    const auto position = static_cast<int32_t>(std::distance(read.begin(), read.find(column)));
    projection.projections.push_back(make_column(position, spec.schema->field(position).type));
  }
  projection.schema = node.schema();
  const int32_t parallelism = graph.parallelism_of(whole);
  return {graph.add_vertex({"Columns",
                            node.table()->name.name,
                            "Columns",
                            std::move(projection),
                            {graph.forward(whole)},
                            parallelism}),
          whole.updating};
}

}  // namespace tidemill
