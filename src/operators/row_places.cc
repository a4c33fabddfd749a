#include "operators/row_places.h"

#include "data/column_builder.h"
#include "state/ordered_encoding.h"
#include "state/ordered_integer.h"

namespace tidemill {
namespace {

constexpr char kBehindAll = '\xff';  // as often as a number has bytes, and once more: behind every number

void append_number(int64_t number, bool descending, std::string& out) {
  append_ordered_integer(descending ? ~number : number, out);
}

}  // namespace

RowPlaces::RowPlaces(std::vector<SortKey> order, bool by_log, bool latest_first)
    : order_(std::move(order)), by_log_(by_log), latest_first_(latest_first) {}

void RowPlaces::begin(const Batch& batch) {
  batch_ = &batch;
  if (!by_log_) return;
  ColumnBuilder split(Type::string());
  const RowOrigin& origin = batch.origin();
  split.append_text(origin.split ? std::string_view(*origin.split) : std::string_view());
  split_.clear();
  append_ordered(*split.finish(), 0, {latest_first_, true}, split_);
}

void RowPlaces::append_values(int32_t row) {
  place_.clear();
  for (const SortKey& key : order_)
    append_ordered(*batch_->column(key.column), row, {key.descending, key.nulls_first}, place_);
}

std::string_view RowPlaces::values(int32_t row) {
  append_values(row);
  return place_;
}

std::string_view RowPlaces::place(int32_t row, int64_t arrival) {
  append_values(row);
  if (by_log_) {
    const RowOrigin& origin = batch_->origin();
    place_ += split_;
    append_number(origin.split ? origin.at(row) : 0, latest_first_, place_);
  }
  append_number(arrival, latest_first_, place_);
  return place_;
}

std::string_view RowPlaces::end_of(std::string_view values) {
  end_.assign(values);
  end_.append(sizeof(int64_t) + 1, kBehindAll);
  return end_;
}

}  // namespace tidemill
