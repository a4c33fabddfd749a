// state/page_address.h - pages and the addresses in them. Rule: an address is page id and offset, never a pointer, and
// stays the same when a page is copied, spilled or restored in place, so it may be stored in records.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tidemill {

constexpr size_t kPageBytes = 16384;  // unit of copy-on-write, spilling and checksums
constexpr uint32_t kPageShift = 14;
constexpr uint32_t kPagesMax = 1U << 26;  // 1 TiB a store; a StateAddress fits 40 bits

using PageId = uint32_t;        // 0: none
using StateAddress = uint64_t;  // 0: nowhere

inline PageId page_of(StateAddress address) { return static_cast<PageId>(address >> kPageShift); }
inline uint32_t offset_in_page(StateAddress address) { return static_cast<uint32_t>(address & (kPageBytes - 1)); }
inline StateAddress make_address(PageId page, uint32_t offset) {
  return static_cast<StateAddress>(page) << kPageShift | offset;
}

}  // namespace tidemill
