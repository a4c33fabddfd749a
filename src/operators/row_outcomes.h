// operators/row_outcomes.h - what becomes of the rows that an operator judges by time: a closed list. Rule: of each
// operator's subtask, numRecordsIn = used + late (numLateRecordsDropped) + unknown retractions.
#pragma once
#include <span>
#include <string_view>

#include "operators/operator.h"

namespace tidemill {

// Rows that were taken: they count in a window, a frame, a match or a version, however many windows of theirs were
// complete.
inline constexpr std::string_view kRowsUsedCounter = "numRecordsUsed";
// Each row once for each of its windows (TUMBLE 1, HOP size / slide, CUMULATE those of its span that end behind it):
// the windows that took the row, and those that were complete when it came. Together they are all.
inline constexpr std::string_view kWindowRowsUsedCounter = "numWindowRecordsUsed";
inline constexpr std::string_view kWindowRowsLateCounter = "numWindowRecordsLate";
// Of the rows used: those in processing-time windows that the end of the input left unfired.
inline constexpr std::string_view kRowsLeftCounter = "numRecordsLeftInOpenWindows";
// Rows that take back what never came, or has expired.
inline constexpr std::string_view kUnknownRetractionsCounter = "numUnknownRetractionsDropped";

// Why a row is late: event time had passed it.
inline constexpr std::string_view kWatermarkPassed = "watermark_passed";

// Reports the late rows of a batch of which all others were used.
inline void account_rows(OperatorContext& context, const Batch& batch, std::span<const LateRow> late,
                         std::string_view reason) {
  context.metrics().add(kRowsUsedCounter, batch.num_rows() - static_cast<int64_t>(late.size()));
  if (!late.empty()) context.late_rows(batch, late, reason);
}

}  // namespace tidemill
