// builtins/builtins.h - everything that comes with Tidemill, named in one place. Rule: the only folder that knows all
// connectors, formats and function families; registration is by explicit calls.
#pragma once
#include "connectors/spi/connector.h"
#include "connectors/spi/format.h"

namespace tidemill {

void register_builtin_connectors(ConnectorRegistry& connectors);
void register_builtin_formats(FormatRegistry& formats);

}  // namespace tidemill
