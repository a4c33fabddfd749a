#include "tests/unit/connectors/tables.h"

#include "connectors/blackhole/blackhole_connector.h"
#include "connectors/datagen/datagen_connector.h"
#include "connectors/filesystem/filesystem_connector.h"
#include "connectors/hybrid/hybrid_connector.h"
#include "connectors/kafka/kafka_connector.h"
#include "connectors/nexmark/nexmark_connector.h"
#include "connectors/print/print_connector.h"
#include "data/pretty.h"
#include "data/value_text.h"
#include "formats/csv/csv_format.h"
#include "formats/json/json_format.h"

namespace tidemill {

const ConnectorRegistry& test_connectors() {
  static const std::unique_ptr<const ConnectorRegistry> kConnectors = [] {
    auto registry = std::make_unique<ConnectorRegistry>();
    registry->add(make_filesystem_connector());
    registry->add(make_datagen_connector());
    registry->add(make_kafka_connector());
    registry->add(make_upsert_kafka_connector());
    registry->add(make_hybrid_connector(*registry));
    registry->add(make_nexmark_connector());
    registry->add(make_print_connector());
    registry->add(make_blackhole_connector());
    return registry;
  }();
  return *kConnectors;
}

const FormatRegistry& test_formats() {
  static const FormatRegistry kFormats = [] {
    FormatRegistry registry;
    registry.add(make_json_format());
    registry.add(make_csv_format());
    return registry;
  }();
  return kFormats;
}

TableDescription describe(const TestTable& table) {
  TableDescription description;
  description.name = "t";
  description.physical = parse_schema(table.schema);
  description.options = table.options;
  description.metadata = table.metadata;
  description.primary_key = table.primary_key;
  for (const std::string& column : table.columns.value_or(description.physical->names()))
    description.projection.push_back(*description.physical->index_of(column));
  return description;
}

std::shared_ptr<const Source> make_source(const TestTable& table) {
  return test_connectors().of_table(table.options).make_source(describe(table), test_formats());
}

std::shared_ptr<const Sink> make_sink(const TestTable& table) {
  return test_connectors().of_table(table.options).make_sink(describe(table), test_formats());
}

std::string to_text(const Batch& batch) {
  std::string text;
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    text += fmt::format("{}:{} ", *batch.origin().split, batch.origin().at(row));
    append_row_text(text, batch, row);
    text += '\n';
  }
  return text;
}

std::string read(Reader& reader, int32_t max_rows, int32_t polls, std::string_view preferred,
                 std::vector<std::string>* rejected) {
  std::string text;
  for (int32_t i = 0; i < polls; ++i) {
    const ReadResult result = reader.poll(max_rows, preferred);
    if (result.batch) text += to_text(*result.batch);
    if (rejected != nullptr)
      for (const RejectedRecord& record : result.rejected)
        rejected->push_back(fmt::format("{}:{} {}", record.split, record.offset, record.raw.value_or("NULL")));
    if (result.next != ReadResult::Next::kMore) break;
  }
  return text;
}

std::string read_table(const TestTable& table, Environment& environment, int32_t max_rows) {
  const auto source = make_source(table);
  const auto enumerator = source->make_enumerator(environment, "");
  const auto reader = source->make_reader(environment, {});
  reader->add_splits(enumerator->discover());
  return read(*reader, max_rows);
}

}  // namespace tidemill
