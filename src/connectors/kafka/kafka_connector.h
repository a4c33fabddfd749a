// connectors/kafka/kafka_connector.h - the connectors 'kafka' and 'upsert-kafka'.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"

namespace tidemill {

// A topic of rows, or of changes where the format says so.
std::unique_ptr<const Connector> make_kafka_connector();
// A topic of the newest rows of a primary key; a message without value deletes.
std::unique_ptr<const Connector> make_upsert_kafka_connector();

}  // namespace tidemill
