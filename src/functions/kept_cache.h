// functions/kept_cache.h - what a function has compiled, kept for the next batch. Rule: a cache, no state: what it
// gives depends on what it is asked for alone, so that a task may move between threads.
#pragma once

namespace tidemill {

// Returns the cache of this type and use, one a thread.
template <class Cache, auto kUse = 0>
Cache& kept_cache() {
  thread_local Cache cache;
  return cache;
}

}  // namespace tidemill
