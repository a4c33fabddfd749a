// operators/unnest.h - each row with each element of a collection that it holds. Rule: nothing is kept between batches;
// rows keep their kinds, progress and origin, and the elements of a row come in their order.
#pragma once
#include <string_view>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// An element of a MULTISET comes as often as it is in it, without its number.
class Unnest final : public Operator {
 public:
  explicit Unnest(const UnnestSpec& spec) : spec_(spec) {}
  void open(OperatorContext& context) override { context_ = &context; }
  void process(Batch input, int32_t port, Output& output) override;

 private:
  // Output rows gathered so far: the input row, and what stands behind its columns.
  struct Gathered {
    std::vector<int32_t> rows;
    std::vector<ColumnBuilder> columns;
  };

  // Emits a batch of what is left of the input; false where nothing is.
  bool step(Output& output);
  // Goes to the next row; false where there is none.
  bool next_row(Gathered& gathered);
  // A NULL where a ROW could be is no element.
  bool is_left_out(std::string_view element) const;
  void append_element(Gathered& gathered);
  static void append_fields(const Type& row_type, std::string_view encoded, std::vector<ColumnBuilder>& columns);

  UnnestSpec spec_;
  OperatorContext* context_ = nullptr;

  // Where in the input it is: the row, its elements as they are encoded, and the next of them. `repeats_` is how often
  // that one of a MULTISET has come.
  Batch input_;
  int32_t row_ = 0;
  std::vector<std::string_view> parts_;
  size_t next_part_ = 0;
  int32_t repeats_ = 0;
  int32_t ordinality_ = 0;
};

}  // namespace tidemill
