// connectors/print/print_connector.h - the connector 'print': each row as a line on the console. Rule: Flink's text,
// +I[a, b], and Flink's prefixes.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"

namespace tidemill {

std::unique_ptr<const Connector> make_print_connector();

}  // namespace tidemill
