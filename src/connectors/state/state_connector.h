// connectors/state/state_connector.h - saved state as a table. Rule: only reads.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"

namespace tidemill {

std::unique_ptr<const Connector> make_state_connector();

}  // namespace tidemill
