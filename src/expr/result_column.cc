#include "expr/result_column.h"

namespace tidemill {
namespace {

// Writes bit row = bit position(row) of a column that is not flat.
void spread_validity(const Column& column, uint8_t* bits, int32_t num_rows) {
  std::memset(bits, 0, bitmap_bytes(num_rows));
  for (int32_t row = 0; row < num_rows; ++row) {
    if (!column.is_null(row)) set_bit(bits, row);
  }
}

}  // namespace

BufferPtr combine_validity(std::span<const ColumnPtr> arguments, int32_t num_rows, bool& all_null) {
  BufferPtr shared;               // the only bitmap so far
  std::shared_ptr<Buffer> owned;  // the AND of several
  for (const ColumnPtr& argument : arguments) {
    if (!argument->may_have_nulls()) continue;
    if (argument->encoding() == ColumnEncoding::kConstant) {
      if (!argument->is_null(0)) continue;
      all_null = true;
      return nullptr;
    }
    BufferPtr bitmap = argument->validity_buffer();
    if (argument->encoding() == ColumnEncoding::kDictionary) {
      auto spread = Buffer::allocate(bitmap_bytes(num_rows));
      spread_validity(*argument, reinterpret_cast<uint8_t*>(spread->mutable_data()), num_rows);
      bitmap = std::move(spread);
    }
    if (!shared && !owned) {
      shared = std::move(bitmap);
      continue;
    }
    const size_t bytes = bitmap_bytes(num_rows);
    if (!owned) {
      owned = Buffer::allocate(bytes);
      std::memcpy(owned->mutable_data(), shared->data(), bytes);
      shared = nullptr;
    }
    std::byte* into = owned->mutable_data();
    const std::byte* from = bitmap->data();
    for (size_t i = 0; i < bytes; ++i) into[i] &= from[i];
  }
  return owned ? BufferPtr(std::move(owned)) : shared;
}

}  // namespace tidemill
