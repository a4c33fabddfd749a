#include "benchmarks/limit/event_columns.h"

#include "benchmarks/nexmark/query_run.h"
#include "connectors/nexmark/nexmark_connector.h"
#include "data/nested.h"
#include "data/pretty.h"
#include "env/real/real_environment.h"

namespace tidemill::bench {

EventColumns::EventColumns(std::string_view schema, int64_t events) {
  TableDescription table;
  table.name = "events";
  table.physical = parse_schema(schema);
  const auto kinds = static_cast<int32_t>(table.physical->fields().size());
  for (int32_t i = 0; i < kinds; ++i) table.projection.push_back(i);
  table.options = {{"connector", "nexmark"},
                   {"nexmark.events", std::to_string(events)},
                   {"first-event.rate", std::to_string(kEventsPerSecond)}};
  const std::shared_ptr<const Source> source = make_nexmark_connector()->make_source(table, FormatRegistry());
  RealEnvironment environment;
  const std::unique_ptr<Reader> reader = source->make_reader(environment.get(), {});
  reader->add_splits(source->make_enumerator(environment.get(), "")->discover());
  for (ReadResult result; result.next != ReadResult::Next::kEnd;) {
    result = reader->poll(kBatchRowsTarget, "");
    if (!result.batch) continue;
    for (int32_t i = 0; i < kinds; ++i) {
      const Field& row = table.physical->field(i);
      const NestedColumns fields = split_nested(*result.batch->column(i));
      for (size_t field = 0; field < fields.columns.size(); ++field) {
        append(row.name + "." + (*row.type.parts)[field].name, *fields.columns[field], *result.batch->column(i));
        kept_.push_back(fields.columns[field]);
      }
    }
  }
}

void EventColumns::append(const std::string& field, const Column& values, const Column& row) {
  const auto take = [&](auto& to, const auto& from) {
    for (int32_t i = 0; i < values.num_rows(); ++i)
      if (!row.is_null(i)) to.push_back(from[i]);
  };
  if (values.type().physical() == PhysicalType::kText) {
    take(texts_[field], values.decode<Text>());
  } else {
    take(numbers_[field], values.decode<int64_t>());
  }
}

}  // namespace tidemill::bench
