#include "state/record_key.h"

namespace tidemill {

void append_stored_key(const PageSource& pages, const KeyLayout& layout, const std::byte* record, std::string& out) {
  if (!layout.has_text()) {
    out.append(reinterpret_cast<const char*>(record), layout.record_bytes());
    return;
  }
  std::string scratch;
  uint32_t position = 0;
  for (uint32_t offset : layout.text_offsets()) {
    out.append(reinterpret_cast<const char*>(record + position), offset - position);
    const StoredText stored = load_stored_text(record + offset);
    const uint32_t size = stored.size();
    out.append(reinterpret_cast<const char*>(&size), sizeof(size)).append(TextHeap::load(pages, stored, scratch));
    position = offset + static_cast<uint32_t>(sizeof(StoredText));
  }
  out.append(reinterpret_cast<const char*>(record + position), layout.record_bytes() - position);
}

void append_record_keys(const PageSource& pages, const KeyLayout& layout, std::span<const std::byte* const> records,
                        KeyBatch& keys) {
  std::string canonical;
  for (const std::byte* record : records) {
    if (layout.has_text()) {
      canonical.clear();
      append_stored_key(pages, layout, record, canonical);
      keys.append(KeyView(canonical));
    } else {
      const KeyView key(reinterpret_cast<const char*>(record), layout.record_bytes());
      keys.append(KeyRef{record, hash_key(layout, key)});
    }
  }
}

}  // namespace tidemill
