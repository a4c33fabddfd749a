// state/tree_node.h - one node of a SubKeyTree as it lies in its cell. Rule: knows the layout and the order of entries,
// nothing of trees.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "state/record_key.h"
#include "state/sub_key.h"
#include "state/table_descriptor.h"
#include "state/text_heap.h"

namespace tidemill {

struct TreeNodeHeader {
  uint16_t count = 0;
  uint16_t capacity = 0;
  uint16_t level = 0;  // 0: leaf
  uint16_t reserved = 0;
};
static_assert(sizeof(TreeNodeHeader) == 8);

// A sub-key in the form that entries are compared with.
struct TreeProbe {
  uint64_t first = 0;
  uint64_t second = 0;     // kTimeSequence
  std::string_view bytes;  // kBytes

  TreeProbe(SubKeyKind kind, const SubKey& sub_key);
};

constexpr uint32_t tree_entry_bytes(SubKeyKind kind) { return kind == SubKeyKind::kTimeSequence ? 24 : 32; }

// A node for reading. Valid as long as its page is.
class TreeNode {
 public:
  TreeNode(const PageSource& pages, SubKeyKind kind, StateAddress address)
      : pages_(&pages), kind_(kind), bytes_(pages.page(page_of(address)) + offset_in_page(address)) {}

  uint16_t count() const { return header().count; }
  uint16_t capacity() const { return header().capacity; }
  uint16_t level() const { return header().level; }
  const TreeNodeHeader& header() const { return *reinterpret_cast<const TreeNodeHeader*>(bytes_); }
  const std::byte* entry(uint32_t index) const {
    return bytes_ + sizeof(TreeNodeHeader) + index * tree_entry_bytes(kind_);
  }
  // The record of a leaf's entry, the child of an inner node's.
  StateAddress target(uint32_t index) const {
    StateAddress target;
    std::memcpy(&target, entry(index) + tree_entry_bytes(kind_) - sizeof(target), sizeof(target));
    return target;
  }
  // Requires: kBytes.
  StoredText text(uint32_t index) const { return load_stored_text(entry(index) + 8); }
  // `scratch` holds the bytes where they are longer than a page.
  SubKey sub_key(uint32_t index, std::string& scratch) const;

  // Returns -1, 0, 1: entry before, equal to, behind the probe.
  int compare(uint32_t index, const TreeProbe& probe) const;
  // Returns the first entry that is not before the probe; count() where there is none.
  uint32_t lower_bound(const TreeProbe& probe) const { return search(0, probe, true); }
  // Returns the child of an inner node that covers the probe.
  uint32_t child_of(const TreeProbe& probe) const { return search(1, probe, false) - 1; }

 private:
  // Returns the first entry from `low` on that is behind the probe, or equal where `or_equal`.
  uint32_t search(uint32_t low, const TreeProbe& probe, bool or_equal) const;

  const PageSource* pages_;
  SubKeyKind kind_;
  const std::byte* bytes_;
};

}  // namespace tidemill
