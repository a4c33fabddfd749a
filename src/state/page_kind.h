// state/page_kind.h - what a page holds: its first two bytes. Rule: frozen, part of the snapshot format.
#pragma once
#include <cstdint>

namespace tidemill {

enum PageKind : uint16_t {
  kRecordPage = 1,  // record_log.h
  kCellPage = 2,    // text_heap.h
};

}  // namespace tidemill
