// expr/selection.h - the rows of a batch to look at. Rule: ascending, without duplicates; borrowed row numbers live as
// long as the Selection.
#pragma once
#include <cstdint>
#include <span>

namespace tidemill {

class Selection {
 public:
  // Selects rows 0 to num_rows - 1.
  static Selection all(int32_t num_rows) { return Selection(nullptr, num_rows, num_rows); }
  // Selects `rows` of a batch of num_rows rows. Requires: ascending; `rows` outlives this.
  static Selection of(std::span<const int32_t> rows, int32_t num_rows) {
    return Selection(rows.data(), static_cast<int32_t>(rows.size()), num_rows);
  }

  int32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // The number of rows of the batch, selected or not.
  int32_t num_rows() const { return num_rows_; }
  bool is_all() const { return size_ == num_rows_; }
  // Returns the i-th selected row.
  int32_t operator[](int32_t i) const { return is_all() ? i : rows_[i]; }

  // Calls body(row) for each selected row, ascending.
  template <class Body>
  void for_each(Body&& body) const {
    if (is_all()) {
      for (int32_t row = 0; row < size_; ++row) body(row);
    } else {
      for (int32_t i = 0; i < size_; ++i) body(rows_[i]);
    }
  }

 private:
  Selection(const int32_t* rows, int32_t size, int32_t num_rows) : rows_(rows), size_(size), num_rows_(num_rows) {}

  const int32_t* rows_;  // may be nullptr where is_all()
  int32_t size_;
  int32_t num_rows_;
};

}  // namespace tidemill
