#include "state/slice_tables.h"

#include <algorithm>

namespace tidemill {

SliceTables::SliceTables(PageTable& pages, std::shared_ptr<const TableDescriptor> descriptor)
    : pages_(&pages), descriptor_(std::move(descriptor)), layout_(*descriptor_) {}

RecordTable& SliceTables::slice(const SliceId& id) {
  const auto place = std::lower_bound(ids_.begin(), ids_.end(), id);
  const auto index = place - ids_.begin();
  if (place == ids_.end() || *place != id) {
    tables_.insert(tables_.begin() + index, std::make_unique<RecordTable>(*pages_, descriptor_));
    ids_.insert(place, id);
  }
  if (touched_.empty() || touched_.back() != id) touched_.push_back(id);
  return *tables_[static_cast<size_t>(index)];
}

RecordTable* SliceTables::find(const SliceId& id) {
  const auto place = std::lower_bound(ids_.begin(), ids_.end(), id);
  return place == ids_.end() || *place != id ? nullptr : &slice(id);
}

const RecordTable* SliceTables::find(const SliceId& id) const {
  const auto place = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (place == ids_.end() || *place != id) return nullptr;
  return tables_[static_cast<size_t>(place - ids_.begin())].get();
}

void SliceTables::drop(const SliceId& id) {
  const auto place = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (place == ids_.end() || *place != id) return;
  tables_.erase(tables_.begin() + (place - ids_.begin()));
  ids_.erase(place);
}

std::unique_ptr<RecordTable> SliceTables::make_scratch() const {
  return std::make_unique<RecordTable>(*pages_, descriptor_);
}

void SliceTables::clear() {
  ids_.clear();
  tables_.clear();
  touched_.clear();
}

size_t SliceTables::index_bytes() const {
  size_t bytes = 0;
  for (const std::unique_ptr<RecordTable>& table : tables_) bytes += table->index_bytes();
  return bytes;
}

void SliceTables::maintain() {
  // Only tables in use: there may be a slice a second of a day.
  for (const SliceId& id : touched_) {
    const auto place = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (place != ids_.end() && *place == id) tables_[static_cast<size_t>(place - ids_.begin())]->maintain();
  }
  touched_.clear();
}

}  // namespace tidemill
