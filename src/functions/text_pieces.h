// functions/text_pieces.h - results that are pieces of a text argument. Rule: nothing is copied; the result keeps the
// argument's buffers alive.
#pragma once
#include <string_view>

#include "expr/result_column.h"
#include "expr/scalar_function.h"

namespace tidemill {

// Returns, for each selected row whose first argument is not NULL, piece(text) of it, which lies in the text; NULL
// where its data() is nullptr, and where the argument is NULL.
template <class Piece>
ColumnPtr text_pieces(const CallInput& call, Piece piece) {
  bool all_null = false;
  const BufferPtr validity = combine_validity(call.arguments.first(1), call.num_rows(), all_null);
  if (all_null) return Column::all_null(call.result_type, call.num_rows());
  ResultColumn<Text> out(call.result_type, call.num_rows());
  out.set_validity(validity);
  out.keep_alive(call.arguments[0]->text_buffers());
  const Decoded<Text> texts = call.arguments[0]->decode<Text>();
  for_each_valid(call.selection, validity.get(), [&](int32_t row) {
    const std::string_view found = piece(texts[row].view());
    if (found.data() == nullptr) return out.set_null(row);
    out[row] = Text(found);
  });
  return out.finish();
}

}  // namespace tidemill
