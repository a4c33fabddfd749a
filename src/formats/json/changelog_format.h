// formats/json/changelog_format.h - the formats of changes: debezium-json, canal-json, maxwell-json. Rule: what tells
// them apart is in their ChangelogDescription.
#pragma once
#include <memory>
#include <vector>

#include "connectors/spi/format.h"

namespace tidemill {

std::vector<std::unique_ptr<const Format>> make_changelog_json_formats();

}  // namespace tidemill
