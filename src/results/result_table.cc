#include "results/result_table.h"

#include "base/check.h"

namespace tidemill {

namespace {

size_t row_bytes(const ResultRow& row) {
  size_t bytes = row.capacity() * sizeof(row[0]);
  for (const auto& cell : row) bytes += cell ? cell->size() : 0;
  return bytes;
}

}  // namespace

std::string row_identity(const ResultRow& row) {
  std::string text;
  for (const auto& cell : row) text += cell ? fmt::format("{}:{},", cell->size(), *cell) : "-,";
  return text;
}

std::string ResultTable::identity(const ResultRow& row) const {
  if (key_.empty()) return row_identity(row);
  ResultRow key;
  for (const int32_t column : key_) key.push_back(row.at(static_cast<size_t>(column)));
  return row_identity(key);
}

void ResultTable::apply(const ResultChange& change) {
  const bool upsert = !key_.empty();
  switch (change.kind) {
    case RowKind::kInsert:
      return insert(change.row, upsert);
    case RowKind::kUpdateAfter:
      return insert(change.row, true);
    case RowKind::kUpdateBefore:
      if (!upsert) remove(change.row);
      return;
    case RowKind::kDelete:
      remove(change.row);
      vacated_.reset();
      return;
  }
}

void ResultTable::insert(const ResultRow& row, bool reuse_place) {
  const std::string identity = this->identity(row);
  std::vector<size_t>& places = places_of_[identity];
  held_bytes_ += row_bytes(row);
  if (!key_.empty() && !places.empty()) {
    held_bytes_ -= row_bytes(*places_[places.front()]);
    places_[places.front()] = row;
    return;
  }
  held_bytes_ += identity.size();
  if (reuse_place && vacated_) {
    places_[*vacated_] = row;
    places.push_back(*vacated_);
    vacated_.reset();
  } else {
    places.push_back(places_.size());
    places_.emplace_back(row);
  }
  ++live_;
}

void ResultTable::remove(const ResultRow& row) {
  const std::string identity = this->identity(row);
  const auto found = places_of_.find(identity);
  CHECK_MSG(found != places_of_.end(), "a row is taken back that was never sent: {}", row_identity(row));
  const size_t place = found->second.front();
  found->second.erase(found->second.begin());
  if (found->second.empty()) places_of_.erase(found);
  held_bytes_ -= row_bytes(*places_[place]) + identity.size();
  places_[place].reset();
  vacated_ = place;
  --live_;
}

std::vector<ResultRow> ResultTable::rows() const {
  std::vector<ResultRow> rows;
  rows.reserve(static_cast<size_t>(live_));
  for (const auto& place : places_) {
    if (place) rows.push_back(*place);
  }
  return rows;
}

}  // namespace tidemill
