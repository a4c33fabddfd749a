#include "builtins/builtins.h"

#include "connectors/blackhole/blackhole_connector.h"
#include "connectors/datagen/datagen_connector.h"
#include "connectors/filesystem/filesystem_connector.h"
#include "connectors/hybrid/hybrid_connector.h"
#include "connectors/kafka/kafka_connector.h"
#include "connectors/nexmark/nexmark_connector.h"
#include "connectors/print/print_connector.h"
#include "connectors/state/state_connector.h"
#include "formats/avro/avro_format.h"
#include "formats/avro/registry/confluent_format.h"
#include "formats/csv/csv_format.h"
#include "formats/json/changelog_format.h"
#include "formats/json/json_format.h"
#include "formats/parquet/parquet_format.h"
#include "formats/protobuf/protobuf_format.h"
#include "formats/raw/raw_format.h"

namespace tidemill {

void register_builtin_connectors(ConnectorRegistry& connectors) {
  connectors.add(make_filesystem_connector());
  connectors.add(make_kafka_connector());
  connectors.add(make_upsert_kafka_connector());
  connectors.add(make_datagen_connector());
  connectors.add(make_nexmark_connector());
  connectors.add(make_print_connector());
  connectors.add(make_blackhole_connector());
  connectors.add(make_state_connector());
  connectors.add(make_hybrid_connector(connectors));
}

void register_builtin_formats(FormatRegistry& formats) {
  formats.add(make_json_format());
  formats.add(make_csv_format());
  formats.add(make_raw_format());
  formats.add(make_protobuf_format());
  formats.add(make_parquet_format());
  formats.add(make_avro_format());
  for (std::unique_ptr<const Format>& format : make_confluent_formats()) formats.add(std::move(format));
  for (std::unique_ptr<const Format>& format : make_changelog_json_formats()) formats.add(std::move(format));
}

}  // namespace tidemill
