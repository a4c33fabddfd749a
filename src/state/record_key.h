// state/record_key.h - keys out of records. Rule: what is appended is a copy, so it outlives the page it came from.
#pragma once
#include <cstddef>
#include <cstring>
#include <span>
#include <string>

#include "state/key_batch.h"
#include "state/page_table.h"
#include "state/text_heap.h"

namespace tidemill {

// Appends the canonical bytes of the key at the start of `record`, whose long texts lie in `pages`.
void append_stored_key(const PageSource& pages, const KeyLayout& layout, const std::byte* record, std::string& out);

// Appends the keys of records to `keys`, of the same layout.
void append_record_keys(const PageSource& pages, const KeyLayout& layout, std::span<const std::byte* const> records,
                        KeyBatch& keys);

// Reads and writes a text within a record, which need not be aligned.
inline StoredText load_stored_text(const std::byte* at) {
  StoredText stored;
  std::memcpy(static_cast<void*>(&stored), at, sizeof(stored));
  return stored;
}
inline void put_stored_text(std::byte* at, const StoredText& stored) { std::memcpy(at, &stored, sizeof(stored)); }

}  // namespace tidemill
