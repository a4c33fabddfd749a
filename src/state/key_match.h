// state/key_match.h - compares the key of a batch with that in a record, and puts it there. Rule: the branch on the
// shape of a key is taken once a batch (with_key_match), so that the loops below it compare a constant number of bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "data/text.h"
#include "state/key_encoding.h"
#include "state/page_table.h"
#include "state/text_heap.h"

namespace tidemill {

// Keys without columns: all are the same, and none has an address.
struct EmptyKeyMatch {
  bool equal(const std::byte*, const std::byte*) const { return true; }
  void put(std::byte*, const std::byte*) const {}
};

// Keys without text of a size known when compiling.
template <size_t kBytes>
struct FixedKeyMatch {
  bool equal(const std::byte* record, const std::byte* key) const { return std::memcmp(record, key, kBytes) == 0; }
  void put(std::byte* record, const std::byte* key) const { std::memcpy(record, key, kBytes); }
};

// Keys without text of any size.
struct FixedKeyMatchAny {
  size_t bytes;
  bool equal(const std::byte* record, const std::byte* key) const { return std::memcmp(record, key, bytes) == 0; }
  void put(std::byte* record, const std::byte* key) const { std::memcpy(record, key, bytes); }
};

// Keys with texts: in the key as Text, in the record as StoredText.
struct TextKeyMatch {
  const KeyLayout* layout;
  TextHeap* heap;

  bool equal(const std::byte* record, const std::byte* key) const {
    uint32_t position = 0;
    for (uint32_t offset : layout->text_offsets()) {
      if (std::memcmp(record + position, key + position, offset - position) != 0) return false;
      if (!equal_text(record + offset, key + offset)) return false;
      position = offset + static_cast<uint32_t>(sizeof(StoredText));
    }
    return std::memcmp(record + position, key + position, layout->record_bytes() - position) == 0;
  }

  // Requires: a record that holds no texts yet.
  void put(std::byte* record, const std::byte* key) const {
    std::memcpy(record, key, layout->record_bytes());
    for (uint32_t offset : layout->text_offsets()) {
      Text text;
      std::memcpy(static_cast<void*>(&text), key + offset, sizeof(text));
      const StoredText stored = heap->store(text.view());
      std::memcpy(record + offset, &stored, sizeof(stored));
    }
  }

 private:
  bool equal_text(const std::byte* stored_at, const std::byte* text_at) const {
    if (std::memcmp(stored_at, text_at, 8) != 0) return false;  // size and first four bytes
    Text text;
    std::memcpy(static_cast<void*>(&text), text_at, sizeof(text));
    if (text.is_inline()) return std::memcmp(stored_at + 8, text_at + 8, 8) == 0;
    StoredText stored;
    std::memcpy(static_cast<void*>(&stored), stored_at, sizeof(stored));
    std::string scratch;
    return heap->load(stored, scratch) == text.view();
  }
};

// Calls `body` with the matcher for this layout. `heap` is that of the records.
template <class Body>
void with_key_match(const KeyLayout& layout, TextHeap& heap, Body&& body) {
  if (layout.has_text()) return body(TextKeyMatch{&layout, &heap});
  switch (layout.record_bytes()) {
    case 0:
      return body(EmptyKeyMatch());
    case 5:  // one INT, DATE, FLOAT
      return body(FixedKeyMatch<5>());
    case 9:  // one BIGINT, TIMESTAMP, DOUBLE; two INT
      return body(FixedKeyMatch<9>());
    case 17:  // two BIGINT; one long DECIMAL
      return body(FixedKeyMatch<17>());
    default:
      return body(FixedKeyMatchAny{layout.record_bytes()});
  }
}

}  // namespace tidemill
