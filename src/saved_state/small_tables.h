// saved_state/small_tables.h - what a checkpoint holds besides keyed state, as tables: how far splits were read, what
// sinks have prepared, numbers that operators keep. Rule: small enough to be in memory.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/manifest.h"
#include "saved_state/state_columns.h"

namespace tidemill {

constexpr std::string_view kSplitsTable = "splits";      // of sources
constexpr std::string_view kPreparedTable = "prepared";  // of sinks
constexpr std::string_view kScalarsTable = "scalars";    // of operators with state

// Returns the columns of one of them.
std::vector<StateColumn> small_table_columns(std::string_view table);
// Return the rows, columns in that order: of a source or sink from the manifest, of an operator from its parts.
std::vector<ColumnPtr> split_rows(const Manifest& manifest, std::string_view operator_id);
std::vector<ColumnPtr> prepared_rows(const Manifest& manifest, std::string_view operator_id);
std::vector<ColumnPtr> scalar_rows(const StateImage& image, int32_t subtask);

}  // namespace tidemill
