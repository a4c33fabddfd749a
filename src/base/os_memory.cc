#include "base/os_memory.h"

#include <sys/mman.h>

#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define TIDEMILL_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TIDEMILL_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef TIDEMILL_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace tidemill {

std::byte* map_memory(size_t bytes) {
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(memory);
}

void unmap_memory(std::byte* memory, size_t bytes) noexcept {
  if (memory == nullptr) return;
  mark_memory_used(memory, bytes, true);  // whoever maps there next knows nothing of marks
  ::munmap(memory, bytes);
}

void populate_memory([[maybe_unused]] std::byte* memory, [[maybe_unused]] size_t bytes) noexcept {
#ifdef MADV_POPULATE_WRITE
  ::madvise(memory, bytes, MADV_POPULATE_WRITE);
#endif
}

void discard_memory(std::byte* memory, size_t bytes) noexcept { ::madvise(memory, bytes, MADV_DONTNEED); }

void mark_memory_used([[maybe_unused]] const std::byte* memory, [[maybe_unused]] size_t bytes,
                      [[maybe_unused]] bool used) noexcept {
#ifdef TIDEMILL_ADDRESS_SANITIZER
  if (used)
    ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
  else
    ASAN_POISON_MEMORY_REGION(memory, bytes);
#endif
}

}  // namespace tidemill
