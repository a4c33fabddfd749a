// state/page_address.h - pages and the addresses in them. Rule: an address is page id and offset, never a pointer, and
// stays the same when a page is copied, spilled or restored in place, so it may be stored in records.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tidemill {

// A page is the unit of copy-on-write, spilling and checksums. Records that are much smaller than a page lie in small
// ones, since then little else comes and goes with the record that is wanted.
enum class PageSize : uint8_t { kLarge, kSmall };
constexpr size_t kPageBytes = 16384;      // of a large page: offsets are below this
constexpr size_t kSmallPageBytes = 4096;  // of a small one, whose address space is that of a large one
constexpr size_t bytes_of(PageSize size) { return size == PageSize::kSmall ? kSmallPageBytes : kPageBytes; }
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
