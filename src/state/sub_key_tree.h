// state/sub_key_tree.h - a B+-tree a key over cells of a heap: sub-key ▸ address of a record. Rule: nodes are
// addressed, never pointed to; a node that becomes empty is freed, a root with one child gives way to it
// (free-at-empty: Johnson, Shasha, "B-trees with inserts and deletes: why free-at-empty is better than merge-at-half",
// JCSS 1993).
//
//   node   := header entry{capacity}     header: count, level (0: leaf)
//   entry  := sub-key, uint64            the uint64: a leaf's record address; an inner node's child, whose sub-keys are
//                                        at or above the entry's (the first entry's sub-key is not looked at)
//   sub-key:= kTimeSequence: time, sequence, each with the sign bit flipped
//           | kBytes: the first 8 bytes as a big-endian number, then a StoredText of all
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "state/sub_key.h"
#include "state/table_descriptor.h"
#include "state/text_heap.h"

namespace tidemill {

// What a tree is, apart from its nodes; lies in the record of its key. All zeros: the empty tree.
struct TreeRoot {
  StateAddress node = 0;
  int64_t rows = 0;
};

// Calls `visit(sub_key, record)` for the rows of a tree in a range until it returns false. Pages may be live, frozen or
// of a snapshot.
using TreeVisitor = std::function<bool(const SubKey& sub_key, StateAddress record)>;
void scan_tree(const PageSource& pages, SubKeyKind kind, const TreeRoot& root, const SubKeyRange& range,
               ScanDirection direction, const TreeVisitor& visit);

class SubKeyTree {
 public:
  SubKeyTree(SubKeyKind kind, TextHeap& heap) : kind_(kind), heap_(&heap) {}

  SubKeyKind kind() const { return kind_; }
  // Returns the record's address, 0 where absent.
  StateAddress find(const TreeRoot& root, const SubKey& sub_key) const;
  // Returns the record's address; where the sub-key is new, `make_record` gives it.
  StateAddress insert(TreeRoot& root, const SubKey& sub_key, const std::function<StateAddress()>& make_record);
  // Removes the sub-key and returns its record's address, 0 where absent. The record is the caller's to free.
  StateAddress erase(TreeRoot& root, const SubKey& sub_key);
  // Removes the first `max` rows of the range, telling each one's record; returns how many.
  int64_t erase(TreeRoot& root, const SubKeyRange& range, int64_t max, const TreeVisitor& visit);

 private:
  SubKeyKind kind_;
  TextHeap* heap_;
};

}  // namespace tidemill
