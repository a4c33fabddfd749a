#include "state/table_descriptor.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

constexpr uint32_t kRecordBytesMax = 16000;  // a page with its header holds one

uint32_t round_up(uint32_t value, uint32_t unit) { return (value + unit - 1) / unit * unit; }

struct Gap {
  uint32_t begin;
  uint32_t end;
};

// Takes `size` bytes of the first gap that has them at this alignment, and says where.
bool take_from_gap(std::vector<Gap>& gaps, uint32_t size, uint32_t align, uint32_t& offset) {
  for (Gap& gap : gaps) {
    offset = round_up(gap.begin, align);
    if (offset + size > gap.end) continue;
    const Gap rest{offset + size, gap.end};
    gap.end = offset;
    gaps.push_back(rest);
    return true;
  }
  return false;
}

}  // namespace

std::vector<uint32_t> text_slots_of(const RecordField& field) {
  return field.kind == FieldKind::kText ? std::vector<uint32_t>{0} : field.text_slots;
}

RecordLayout::RecordLayout(const TableDescriptor& descriptor)
    : key_(make_key_layout(descriptor.key_types)),
      fields_(descriptor.fields),
      offsets_(fields_.size()),
      text_offsets_(key_->text_offsets().begin(), key_->text_offsets().end()) {
  std::vector<size_t> order(fields_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return fields_[a].align > fields_[b].align; });
  uint32_t end = key_->record_bytes();
  std::vector<Gap> gaps;
  for (size_t i : order) {
    const RecordField& field = fields_[i];
    CHECK_MSG(field.size > 0 && (field.align & (field.align - 1)) == 0 && field.align <= 16, "field {} of table {}",
              field.name, descriptor.name);
    align_ = std::max(align_, field.align);
    if (!take_from_gap(gaps, field.size, field.align, offsets_[i])) {
      offsets_[i] = round_up(end, field.align);
      gaps.push_back({end, offsets_[i]});
      end = offsets_[i] + field.size;
    }
    for (const uint32_t slot : text_slots_of(field)) text_offsets_.push_back(offsets_[i] + slot);
    for (size_t other = 0; other < i; ++other)
      CHECK_MSG(fields_[other].name != field.name, "field {} of table {} twice", field.name, descriptor.name);
  }
  record_bytes_ = round_up(end, align_);
  if (record_bytes_ > kRecordBytesMax)
    throw UserError(
        fmt::format("Too many keys and aggregates in one operator: a record of table {} takes {} bytes of at most {}",
                    descriptor.name, record_bytes_, kRecordBytesMax),
        "Split the query into several with fewer aggregates and join their results.");
}

uint32_t RecordLayout::offset(std::string_view name) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name == name) return offsets_[i];
  }
  CHECK_MSG(false, "no field {}", name);
}

}  // namespace tidemill
