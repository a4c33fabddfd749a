// state/page_memory.h - the memory of pages. Rule: free pages beyond a few are the system's again, so that a process
// takes what its pages take, however they came and went.
#pragma once
#include <cstddef>
#include <mutex>
#include <vector>

#include "state/page_address.h"

namespace tidemill {

// Any thread.
class PageMemory {
 public:
  // `page_bytes`: of each page, a multiple of 4 KiB. `kept_max`: free pages that keep their memory, for what is taken
  // next.
  PageMemory(size_t page_bytes, size_t kept_max) : page_bytes_(page_bytes), kept_max_(kept_max) {}
  PageMemory(const PageMemory&) = delete;
  PageMemory& operator=(const PageMemory&) = delete;
  ~PageMemory();

  // Returns a page of memory, aligned to 4 KiB, with any content. Throws std::bad_alloc.
  std::byte* take();
  // Takes a page back. Requires: it came from here.
  void give_back(std::byte* page);

 private:
  struct Block {
    std::byte* bytes;
    size_t pages;
  };
  void add_block();
  // Gives the memory of pages to the system, neighbours together, and makes them takeable. They are nobody's.
  void empty(std::vector<std::byte*> pages);

  const size_t page_bytes_;
  const size_t kept_max_;
  std::mutex mutex_;
  std::vector<Block> blocks_;
  std::vector<std::byte*> kept_;   // free, with memory; the last one given back is taken first
  std::vector<std::byte*> empty_;  // free, without
};

}  // namespace tidemill
