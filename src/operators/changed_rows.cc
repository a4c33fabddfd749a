#include "operators/changed_rows.h"

#include <algorithm>

#include "data/two_columns.h"

namespace tidemill {

ChangedRows::ChangedRows(SchemaPtr schema, bool numbers, bool update_before)
    : schema_(std::move(schema)), numbers_(numbers), update_before_(update_before), row_numbers_(Type::big_int()) {
  const int32_t kept = schema_->size() - (numbers ? 1 : 0);
  for (int32_t i = 0; i < kept; ++i) columns_.emplace_back(schema_->field(i).type);
}

void ChangedRows::begin(const Batch& input) {
  CHECK_MSG(kinds_.empty(), "rows of the batch before were not emitted");
  progress_ = input.progress();
  input_ = input.columns();
}

bool ChangedRows::start(RowKind kind, int32_t place, int64_t number) {
  if (kind == RowKind::kUpdateBefore && !update_before_) return false;
  if (numbers_) row_numbers_.append(number);
  kinds_.push_back(kind);
  places_.push_back(place == kOwn ? ~num_own_++ : place);
  if (progress_.watermarks) watermarks_.push_back(watermark_);
  only_inserts_ = only_inserts_ && kind == RowKind::kInsert;
  return true;
}

void ChangedRows::add(RowKind kind, int32_t row, int64_t number) { start(kind, row, number); }

void ChangedRows::add(RowKind kind, std::span<const ColumnPtr> columns, int32_t row, int64_t number) {
  if (!start(kind, kOwn, number)) return;
  for (size_t i = 0; i < columns.size(); ++i) columns_[i].append_from(*columns[i], row);
}

void ChangedRows::add(RowKind kind, const std::byte* record, const ValueFields& values, const TextHeap& texts,
                      int64_t number) {
  if (!start(kind, kOwn, number)) return;
  values.append(record, texts, std::span(columns_).first(values.types().size()));
}

std::vector<ColumnPtr> ChangedRows::take_columns() {
  std::vector<ColumnPtr> columns;
  const auto num_rows = static_cast<int32_t>(places_.size());
  const bool only_own = num_own_ == num_rows;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const ColumnPtr own = num_own_ > 0 ? columns_[i].finish() : nullptr;
    columns.push_back(only_own         ? own
                      : own == nullptr ? input_[i]->take(places_)
                                       : take_of_two(*input_[i], *own, places_));
  }
  if (numbers_) columns.push_back(row_numbers_.finish());
  num_own_ = 0;
  places_.clear();
  return columns;
}

void ChangedRows::emit(Output& output) {
  if (kinds_.empty()) return;
  const int32_t num_rows = this->num_rows();
  if (only_inserts_) kinds_.clear();
  Batch all(schema_, take_columns(), num_rows, std::move(kinds_));
  all.set_progress(progress_.watermarks ? with_watermarks(progress_, std::exchange(watermarks_, {})) : progress_);
  kinds_ = {};
  only_inserts_ = true;
  for (int32_t first = 0; first < num_rows; first += kBatchRowsMax)
    output.emit(all.slice(first, std::min(kBatchRowsMax, num_rows - first)));
}

}  // namespace tidemill
