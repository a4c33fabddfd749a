#include "state/sub_key_tree.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "state/tree_node.h"

namespace tidemill {
namespace {

constexpr uint32_t kNodeBytesMax = 1008;  // 41 or 31 entries: a split moves half of it, a search reads few lines
constexpr uint32_t kDepthMax = 24;

bool scan_node(const PageSource& pages, SubKeyKind kind, StateAddress address, const TreeProbe* from,
               const TreeProbe* until, ScanDirection direction, const TreeVisitor& visit) {
  const TreeNode node(pages, kind, address);
  std::string scratch;
  const bool leaf = node.level() == 0;
  const uint32_t begin = from == nullptr ? 0 : leaf ? node.lower_bound(*from) : node.child_of(*from);
  uint32_t end = node.count();
  if (until != nullptr) end = leaf ? node.lower_bound(*until) : node.child_of(*until) + 1;
  for (uint32_t step = 0; begin + step < end; ++step) {
    const uint32_t index = direction == ScanDirection::kForward ? begin + step : end - 1 - step;
    const bool more = leaf ? visit(node.sub_key(index, scratch), node.target(index))
                           : scan_node(pages, kind, node.target(index), from, until, direction, visit);
    if (!more) return false;
  }
  return true;
}

// The way from a root to a leaf: at each node the entry taken.
struct Step {
  StateAddress node = 0;
  uint32_t index = 0;
};

// Changes the nodes of one tree. Addresses, not pointers, are held across calls that may allocate.
class TreeEditor {
 public:
  TreeEditor(SubKeyKind kind, TextHeap& heap, TreeRoot& root)
      : kind_(kind), heap_(&heap), pages_(&heap.cells().pages()), root_(&root) {}

  // Walks to the leaf that covers the probe. Returns whether the leaf has it; the last step's index is its place.
  // `likely_last`: as sub-keys that come in order are: one look at each node then takes the place of a search.
  bool descend(const TreeProbe& probe, bool likely_last = false);
  StateAddress target() const { return node(last().node).target(last().index); }
  // Puts a new entry at the place that descend() found.
  void insert(const SubKey& sub_key, const TreeProbe& probe, StateAddress target);
  // Returns how many entries of the leaf, from the one that descend() found on, are before `until` (null: the end).
  uint32_t run_before(const TreeProbe* until) const;
  // Returns the i-th of these. `scratch` as in TreeNode.
  SubKey sub_key(uint32_t i, std::string& scratch) const {
    return node(last().node).sub_key(last().index + i, scratch);
  }
  StateAddress target(uint32_t i) const { return node(last().node).target(last().index + i); }
  // Removes the entry that descend() found, or a run of them.
  void erase(uint32_t run = 1);

 private:
  using Entry = std::array<std::byte, 32>;

  TreeNode node(StateAddress address) const { return TreeNode(*pages_, kind_, address); }
  const Step& last() const { return path_[depth_ - 1]; }
  uint32_t entry_bytes() const { return tree_entry_bytes(kind_); }
  // Returns an entry of a node that has its header; it and those behind it in the node may be written.
  std::byte* write_entry(StateAddress address, uint32_t index) const {
    return write_node(address, node(address).capacity()) + sizeof(TreeNodeHeader) + index * entry_bytes();
  }
  TreeNodeHeader& write_header(StateAddress address) const {
    return *reinterpret_cast<TreeNodeHeader*>(write_node(address, 0));
  }
  std::byte* write_node(StateAddress address, uint32_t entries) const {
    return pages_->write_at(address, static_cast<uint32_t>(sizeof(TreeNodeHeader)) + entries * entry_bytes());
  }

  Entry make_entry(const SubKey& sub_key, const TreeProbe& probe, StateAddress target);
  Entry separator_of(StateAddress right);
  void free_sub_key(StateAddress address, uint32_t index);
  void clear_sub_key(StateAddress address, uint32_t index);
  StateAddress make_node(uint16_t level, uint32_t entries);
  void grow(uint32_t depth);
  void insert_entry(uint32_t depth, uint32_t index, const Entry& entry);
  void split_and_insert(uint32_t depth, uint32_t index, const Entry& entry);
  void replace_child(uint32_t depth, StateAddress child);

  SubKeyKind kind_;
  TextHeap* heap_;
  PageTable* pages_;
  TreeRoot* root_;
  std::array<Step, kDepthMax> path_;
  uint32_t depth_ = 0;
};

bool TreeEditor::descend(const TreeProbe& probe, bool likely_last) {
  depth_ = 0;
  if (root_->node == 0) return false;
  for (StateAddress address = root_->node;;) {
    CHECK_MSG(depth_ < kDepthMax, "tree of {} rows is {} deep", root_->rows, depth_);
    const TreeNode here = node(address);
    const uint32_t count = here.count();
    likely_last = likely_last && count > 1 && here.compare(count - 1, probe) < 0;
    if (here.level() == 0) {
      path_[depth_++] = {address, likely_last ? count : here.lower_bound(probe)};
      return last().index < here.count() && here.compare(last().index, probe) == 0;
    }
    path_[depth_++] = {address, likely_last ? count - 1 : here.child_of(probe)};
    address = here.target(last().index);
  }
}

TreeEditor::Entry TreeEditor::make_entry(const SubKey& sub_key, const TreeProbe& probe, StateAddress target) {
  Entry entry = {};
  std::memcpy(entry.data(), &probe.first, sizeof(probe.first));
  if (kind_ == SubKeyKind::kTimeSequence)
    std::memcpy(entry.data() + 8, &probe.second, sizeof(probe.second));
  else
    put_stored_text(entry.data() + 8, heap_->store(sub_key.bytes));
  std::memcpy(entry.data() + entry_bytes() - sizeof(target), &target, sizeof(target));
  return entry;
}

// Makes the entry that leads to `right` in its parent: a copy of the first sub-key at or below `right`.
TreeEditor::Entry TreeEditor::separator_of(StateAddress right) {
  std::string scratch;
  const SubKey view = node(right).sub_key(0, scratch);
  const std::string bytes(view.bytes);
  SubKey sub_key = view;
  sub_key.bytes = bytes;
  return make_entry(sub_key, TreeProbe(kind_, sub_key), right);
}

void TreeEditor::free_sub_key(StateAddress address, uint32_t index) {
  if (kind_ != SubKeyKind::kBytes) return;
  StoredText stored = node(address).text(index);
  heap_->free(stored);
}

// Makes a sub-key that is not looked at any more hold nothing.
void TreeEditor::clear_sub_key(StateAddress address, uint32_t index) {
  free_sub_key(address, index);
  std::memset(write_entry(address, index), 0, entry_bytes() - sizeof(StateAddress));
}

StateAddress TreeEditor::make_node(uint16_t level, uint32_t entries) {
  const auto header_bytes = static_cast<uint32_t>(sizeof(TreeNodeHeader));
  const uint32_t bytes = CellHeap::cell_bytes(std::min(header_bytes + entries * entry_bytes(), kNodeBytesMax));
  const StateAddress address = heap_->cells().allocate(bytes);
  write_header(address) = {0, static_cast<uint16_t>((bytes - header_bytes) / entry_bytes()), level, 0};
  return address;
}

void TreeEditor::replace_child(uint32_t depth, StateAddress child) {
  path_[depth].node = child;
  if (depth == 0) {
    root_->node = child;
    return;
  }
  std::byte* const entry = write_entry(path_[depth - 1].node, path_[depth - 1].index);
  std::memcpy(entry + entry_bytes() - sizeof(child), &child, sizeof(child));
}

// Moves the node at `depth` of the path to a larger cell.
void TreeEditor::grow(uint32_t depth) {
  const StateAddress old = path_[depth].node;
  const uint16_t level = node(old).level();
  const uint16_t count = node(old).count();
  const StateAddress bigger = make_node(level, node(old).capacity() * 2U);
  const TreeNode from = node(old);
  std::memcpy(write_entry(bigger, 0), from.entry(0), count * entry_bytes());
  write_header(bigger).count = count;
  heap_->cells().free(old);
  replace_child(depth, bigger);
}

void TreeEditor::insert_entry(uint32_t depth, uint32_t index, const Entry& entry) {
  const TreeNode here = node(path_[depth].node);
  if (here.count() == here.capacity()) {
    const bool full = CellHeap::cell_bytes(static_cast<uint32_t>(sizeof(TreeNodeHeader)) +
                                           (here.capacity() + 1U) * entry_bytes()) > kNodeBytesMax;
    if (full) return split_and_insert(depth, index, entry);
    grow(depth);
  }
  const StateAddress address = path_[depth].node;
  TreeNodeHeader& header = write_header(address);
  std::byte* const place = write_entry(address, index);
  std::memmove(place + entry_bytes(), place, (header.count - index) * entry_bytes());
  std::memcpy(place, entry.data(), entry_bytes());
  ++header.count;
}

void TreeEditor::split_and_insert(uint32_t depth, uint32_t index, const Entry& entry) {
  const StateAddress left = path_[depth].node;
  const uint32_t count = node(left).count();
  const uint16_t level = node(left).level();
  // Rows that come in order leave full nodes behind.
  const uint32_t middle = index == count ? count : count / 2;
  const StateAddress right = make_node(level, count - middle + 1);
  std::memcpy(write_entry(right, 0), node(left).entry(middle), (count - middle) * entry_bytes());
  write_header(right).count = static_cast<uint16_t>(count - middle);
  write_header(left).count = static_cast<uint16_t>(middle);
  const StateAddress target = index < middle ? left : right;
  path_[depth].node = target;
  TreeNodeHeader& header = write_header(target);
  const uint32_t place = target == left ? index : index - middle;
  std::byte* const at = write_entry(target, place);
  std::memmove(at + entry_bytes(), at, (header.count - place) * entry_bytes());
  std::memcpy(at, entry.data(), entry_bytes());
  ++header.count;
  const Entry separator = separator_of(right);
  if (level > 0) clear_sub_key(right, 0);
  if (depth > 0) return insert_entry(depth - 1, path_[depth - 1].index + 1, separator);
  const StateAddress root = make_node(static_cast<uint16_t>(level + 1), 2);
  std::byte* const first = write_entry(root, 0);
  std::memset(first, 0, entry_bytes());
  std::memcpy(first + entry_bytes() - sizeof(left), &left, sizeof(left));
  std::memcpy(write_entry(root, 1), separator.data(), entry_bytes());
  write_header(root).count = 2;
  root_->node = root;
}

void TreeEditor::insert(const SubKey& sub_key, const TreeProbe& probe, StateAddress target) {
  const Entry entry = make_entry(sub_key, probe, target);
  if (depth_ == 0) {
    root_->node = make_node(0, 1);
    path_[depth_++] = {root_->node, 0};
  }
  insert_entry(depth_ - 1, last().index, entry);
  ++root_->rows;
}

uint32_t TreeEditor::run_before(const TreeProbe* until) const {
  const TreeNode leaf = node(last().node);
  return (until == nullptr ? leaf.count() : leaf.lower_bound(*until)) - last().index;
}

void TreeEditor::erase(uint32_t run) {
  root_->rows -= run;
  for (uint32_t i = 0; i < run; ++i) free_sub_key(last().node, last().index + i);
  for (uint32_t depth = depth_; depth-- > 0;) {
    const uint32_t gone = depth == depth_ - 1 ? run : 1;
    const auto [address, index] = path_[depth];
    TreeNodeHeader& header = write_header(address);
    std::byte* const place = write_entry(address, index);
    header.count = static_cast<uint16_t>(header.count - gone);
    std::memmove(place, place + gone * entry_bytes(), (header.count - index) * entry_bytes());
    if (header.count > 0) {
      if (header.level > 0 && index == 0) clear_sub_key(address, 0);
      break;
    }
    // The node is empty: it goes, and with it its entry in the parent.
    heap_->cells().free(address);
    if (depth == 0)
      root_->node = 0;
    else
      free_sub_key(path_[depth - 1].node, path_[depth - 1].index);
  }
  while (root_->node != 0 && node(root_->node).level() > 0 && node(root_->node).count() == 1) {
    const StateAddress child = node(root_->node).target(0);
    heap_->cells().free(root_->node);
    root_->node = child;
  }
}

}  // namespace

void scan_tree(const PageSource& pages, SubKeyKind kind, const TreeRoot& root, const SubKeyRange& range,
               ScanDirection direction, const TreeVisitor& visit) {
  if (root.node == 0) return;
  std::optional<TreeProbe> from, until;
  if (range.from) from.emplace(kind, *range.from);
  if (range.until) until.emplace(kind, *range.until);
  scan_node(pages, kind, root.node, from ? &*from : nullptr, until ? &*until : nullptr, direction, visit);
}

StateAddress SubKeyTree::find(const TreeRoot& root, const SubKey& sub_key) const {
  TreeRoot unchanged = root;
  TreeEditor editor(kind_, *heap_, unchanged);
  return editor.descend(TreeProbe(kind_, sub_key)) ? editor.target() : 0;
}

StateAddress SubKeyTree::insert(TreeRoot& root, const SubKey& sub_key,
                                const std::function<StateAddress()>& make_record) {
  const TreeProbe probe(kind_, sub_key);
  TreeEditor editor(kind_, *heap_, root);
  if (editor.descend(probe, true)) return editor.target();
  const StateAddress record = make_record();
  editor.insert(sub_key, probe, record);
  return record;
}

StateAddress SubKeyTree::erase(TreeRoot& root, const SubKey& sub_key) {
  TreeEditor editor(kind_, *heap_, root);
  if (!editor.descend(TreeProbe(kind_, sub_key))) return 0;
  const StateAddress record = editor.target();
  editor.erase();
  return record;
}

int64_t SubKeyTree::erase(TreeRoot& root, const SubKeyRange& range, int64_t max, const TreeVisitor& visit) {
  struct Row {
    SubKey sub_key;
    std::string bytes;
    StateAddress record = 0;
  };
  std::vector<Row> rows;
  std::optional<TreeProbe> until;
  if (range.until) until.emplace(kind_, *range.until);
  std::string scratch;
  int64_t erased = 0;
  while (erased < max) {
    TreeEditor editor(kind_, *heap_, root);
    bool found = false;
    scan_tree(heap_->cells().pages(), kind_, root, range, ScanDirection::kForward,
              [&](const SubKey& first, StateAddress) {
                found = editor.descend(TreeProbe(kind_, first));
                return false;
              });
    if (!found) break;
    const auto run =
        static_cast<uint32_t>(std::min<int64_t>(editor.run_before(until ? &*until : nullptr), max - erased));
    rows.resize(run);
    for (uint32_t i = 0; i < run; ++i) {
      rows[i].sub_key = editor.sub_key(i, scratch);
      rows[i].bytes = rows[i].sub_key.bytes;
      rows[i].sub_key.bytes = rows[i].bytes;
      rows[i].record = editor.target(i);
    }
    editor.erase(run);
    for (const Row& row : rows) visit(row.sub_key, row.record);
    erased += run;
  }
  return erased;
}

}  // namespace tidemill
