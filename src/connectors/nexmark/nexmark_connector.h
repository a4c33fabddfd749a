// connectors/nexmark/nexmark_connector.h - the connector 'nexmark': the auction site of the benchmark. Rule: an event
// is a function of the seed and its number, so that a restored job goes on with the events that would have come.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"

namespace tidemill {

std::unique_ptr<const Connector> make_nexmark_connector();

}  // namespace tidemill
