// testing/test_source.h - reads the log of a test table, as far as it is released. Rule: cells become values as
// CAST('cell' AS type) would make them.
#pragma once
#include <memory>
#include <string>

#include "connectors/spi/connector.h"
#include "testing/test_tables.h"

namespace tidemill {

std::shared_ptr<const Source> make_test_source(TestTables& tables, const TableDescription& table, bool append_only,
                                               bool bounded);

// Returns the last part of a qualified name: `t` of "default_catalog.default_database.t".
std::string short_table_name(std::string_view name);

}  // namespace tidemill
