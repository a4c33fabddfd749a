// expr/branch_merge.h - the results of CASE and COALESCE, put together from those of their branches. Rule: each row is
// written by the branch that it took; only the branch that most rows took is copied as a block.
#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "data/column.h"
#include "data/text.h"

namespace tidemill {

// T: the physical type of the result.
template <class T>
class BranchMerge {
 public:
  // `num_rows`: of the batch, whether or not they take a branch.
  BranchMerge(const Type& type, int32_t num_rows) : type_(type), num_rows_(num_rows) {}

  // `rows` took this branch, ascending. Requires: they took no other one.
  void take(ColumnPtr column, std::vector<int32_t> rows) {
    if (!rows.empty()) branches_.push_back({std::move(column), std::move(rows)});
  }

  // Returns the column. Rows that took no branch are unspecified but readable.
  ColumnPtr finish() {
    values_ = Buffer::allocate(static_cast<size_t>(num_rows_) * sizeof(T));
    const Branch* const block = most_taken();
    if (block != nullptr)
      copy_block(*block->column);
    else if constexpr (sizeof(T) == 1 || std::is_same_v<T, Text>)
      std::memset(values_->mutable_data(), 0, values_->size());  // no wild pointers, no booleans but 0 and 1
    for (const Branch& branch : branches_)
      if (&branch != block) write(branch);
    return Column::flat(type_, num_rows_, std::move(values_), has_nulls() ? std::move(validity_) : nullptr,
                        std::move(text_buffers_));
  }

 private:
  struct Branch {
    ColumnPtr column;
    std::vector<int32_t> rows;
  };

  // Returns the branch that at least half of the rows took, where its values lie row by row; nullptr: none.
  const Branch* most_taken() const {
    for (const Branch& branch : branches_) {
      const bool flat = branch.column->encoding() == ColumnEncoding::kFlat && branch.column->num_rows() == num_rows_;
      if (flat && branch.rows.size() * 2 >= static_cast<size_t>(num_rows_))
        return std::is_same_v<T, Text> ? nullptr : &branch;
    }
    return nullptr;
  }

  void copy_block(const Column& column) {
    std::memcpy(values_->mutable_data(), column.values_buffer()->data(), values_->size());
    if (column.validity_buffer() == nullptr) return;
    validity_ = Buffer::allocate(bitmap_bytes(num_rows_));
    std::memcpy(bits(), column.validity_buffer()->data(), bitmap_bytes(num_rows_));
  }

  void write(const Branch& branch) {
    if constexpr (std::is_same_v<T, Text>) {
      const std::vector<BufferPtr>& texts = branch.column->text_buffers();
      text_buffers_.insert(text_buffers_.end(), texts.begin(), texts.end());
    }
    const Decoded<T> from = branch.column->template decode<T>();
    T* const to = reinterpret_cast<T*>(values_->mutable_data());
    for (const int32_t row : branch.rows) to[row] = from[row];
    if (!from.has_nulls() && validity_ == nullptr) return;
    if (validity_ == nullptr) {
      validity_ = Buffer::allocate(bitmap_bytes(num_rows_));
      std::memset(bits(), 0xff, bitmap_bytes(num_rows_));
    }
    for (const int32_t row : branch.rows) from.is_null(row) ? clear_bit(bits(), row) : set_bit(bits(), row);
  }

  // The block's NULLs are often those of rows that took another branch.
  bool has_nulls() {
    if (validity_ == nullptr) return false;
    const auto whole = static_cast<size_t>(num_rows_ / 8);
    uint8_t all = 0xff;
    for (size_t i = 0; i < whole; ++i) all = static_cast<uint8_t>(all & bits()[i]);
    const auto rest = static_cast<uint8_t>((1 << (num_rows_ % 8)) - 1);
    return all != 0xff || (rest != 0 && (bits()[whole] & rest) != rest);
  }
  uint8_t* bits() { return reinterpret_cast<uint8_t*>(validity_->mutable_data()); }

  Type type_;
  int32_t num_rows_;
  std::vector<Branch> branches_;
  std::shared_ptr<Buffer> values_;
  std::shared_ptr<Buffer> validity_;
  std::vector<BufferPtr> text_buffers_;
};

}  // namespace tidemill
