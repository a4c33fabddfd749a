// connectors/filesystem/filesystem_connector.h - the connector 'filesystem'. Rule: Flink's options, for local files.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"

namespace tidemill {

std::unique_ptr<const Connector> make_filesystem_connector();

}  // namespace tidemill
