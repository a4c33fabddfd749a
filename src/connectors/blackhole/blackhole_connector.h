// connectors/blackhole/blackhole_connector.h - the connector 'blackhole': takes every row and keeps none. Rule: what
// feeds it does all its work.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"

namespace tidemill {

std::unique_ptr<const Connector> make_blackhole_connector();

}  // namespace tidemill
