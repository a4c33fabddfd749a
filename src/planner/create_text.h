// planner/create_text.h - tables and views as the statements that create them. Rule: the text, run in an empty catalog,
// gives the same object, but for secrets, which are not shown.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "plan/table_definition.h"

namespace tidemill {

std::string create_table_text(const TableDefinition& table,
                              const std::vector<std::pair<std::string, std::string>>& shown_options);
std::string create_view_text(const ViewDefinition& view);

// Returns "AS `a` + 1", "METADATA FROM 'timestamp' VIRTUAL", or "" for a physical column.
std::string column_extras(const TableColumn& column);

}  // namespace tidemill
