// testing/test_connector.h - 'connector' = 'test': tables whose rows stand in a test case. Rule: one table is one
// split, and a position is the number of log entries read.
#pragma once
#include <memory>

#include "connectors/spi/connector.h"
#include "testing/test_tables.h"

namespace tidemill {

// Options: 'changelog-mode' = append | all for a source, 'bounded' = true | false, 'sink-changelog-mode' = append |
// upsert | all for a sink. `tables` is borrowed and outlives every job that uses the connector.
std::unique_ptr<const Connector> make_test_connector(TestTables& tables);

// Returns a sink of this name that keeps every change (what the query of a case writes to).
std::shared_ptr<const Sink> make_test_sink(TestTables& tables, const std::string& name);

}  // namespace tidemill
