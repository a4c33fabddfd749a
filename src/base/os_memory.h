// base/os_memory.h - memory straight from the operating system, for what comes and goes in megabytes. Rule: what is
// given back here is the system's again at once; the heap would keep it for as long as anything lies behind it.
#pragma once
#include <cstddef>

namespace tidemill {

// Returns zeroed memory, aligned to 4 KiB, that takes room only where it was touched. Throws std::bad_alloc. Any
// thread.
std::byte* map_memory(size_t bytes);
// Gives back what map_memory() returned, whole.
void unmap_memory(std::byte* memory, size_t bytes) noexcept;
// Gives a part that takes no room yet its memory, in one call to the system where touching it would be one every 4 KiB.
// A hint: where the system does not know how (Linux before 5.14), touching does it.
void populate_memory(std::byte* memory, size_t bytes) noexcept;
// Gives up the content of a part, whole pages of 4 KiB: it takes no room until it is touched again, and is zero then.
void discard_memory(std::byte* memory, size_t bytes) noexcept;
// Says that a part is used, or not: under AddressSanitizer touching what is not used ends the program. Elsewhere
// nothing.
void mark_memory_used(const std::byte* memory, size_t bytes, bool used) noexcept;

}  // namespace tidemill
