// connectors/hybrid/hybrid_connector.h - the connector 'hybrid': one table out of two, history first and then what
// comes. Rule: the second is not looked at before the first has been read to its end by everybody.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"

namespace tidemill {

// `connectors` is borrowed: those that the two tables may use; it may be the one that this is added to.
std::unique_ptr<const Connector> make_hybrid_connector(const ConnectorRegistry& connectors);

}  // namespace tidemill
