// testing/test_sink.h - keeps what is written to it in TestTables. Rule: a change belongs to the epoch in which it was
// written, so that a restore can take it back.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "connectors/spi/sink.h"
#include "testing/test_tables.h"

namespace tidemill {

// `key`: columns that identify a row where the sink takes upserts; empty: the whole row does.
std::shared_ptr<const Sink> make_collecting_sink(TestTables& tables, const std::string& name, SinkChangelog accepts,
                                                 std::vector<int32_t> key);

}  // namespace tidemill
