// connectors/datagen/datagen_connector.h - the connector 'datagen': rows made up. Rule: a row is a function of the seed
// and its number, so that a restored job goes on with the rows that would have come.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"

namespace tidemill {

std::unique_ptr<const Connector> make_datagen_connector();

}  // namespace tidemill
