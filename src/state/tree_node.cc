#include "state/tree_node.h"

#include <algorithm>

namespace tidemill {
namespace {

constexpr uint64_t kSignBit = 1ULL << 63;

uint64_t load_number(const std::byte* from) {
  uint64_t number;
  std::memcpy(&number, from, sizeof(number));
  return number;
}

int order(uint64_t a, uint64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

}  // namespace

TreeProbe::TreeProbe(SubKeyKind kind, const SubKey& sub_key) {
  if (kind == SubKeyKind::kTimeSequence) {
    first = static_cast<uint64_t>(sub_key.time) ^ kSignBit;
    second = static_cast<uint64_t>(sub_key.sequence) ^ kSignBit;
    return;
  }
  bytes = sub_key.bytes;
  for (size_t i = 0; i < 8; ++i) first = first << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0);
}

SubKey TreeNode::sub_key(uint32_t index, std::string& scratch) const {
  const std::byte* const at = entry(index);
  if (kind_ == SubKeyKind::kTimeSequence)
    return SubKey::of_time(static_cast<int64_t>(load_number(at) ^ kSignBit),
                           static_cast<int64_t>(load_number(at + 8) ^ kSignBit));
  const auto& stored = *reinterpret_cast<const StoredText*>(at + 8);  // entries are aligned to 8
  return SubKey::of_bytes(TextHeap::load(*pages_, stored, scratch));
}

int TreeNode::compare(uint32_t index, const TreeProbe& probe) const {
  const std::byte* const at = entry(index);
  const int by_first = order(load_number(at), probe.first);
  if (by_first != 0) return by_first;
  if (kind_ == SubKeyKind::kTimeSequence) return order(load_number(at + 8), probe.second);
  std::string scratch;
  const auto& stored = *reinterpret_cast<const StoredText*>(at + 8);
  const int by_bytes = TextHeap::load(*pages_, stored, scratch).compare(probe.bytes);
  return std::clamp(by_bytes, -1, 1);
}

uint32_t TreeNode::search(uint32_t low, const TreeProbe& probe, bool or_equal) const {
  uint32_t high = count();
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    const int order = compare(middle, probe);
    if (order > 0 || (or_equal && order == 0))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

}  // namespace tidemill
