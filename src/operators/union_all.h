// operators/union_all.h - UNION ALL. Rule: rows pass as they are; merging inputs is the input gate's work.
#pragma once
#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

class UnionAll final : public Operator {
 public:
  explicit UnionAll(const UnionSpec& spec) : schema_(spec.schema) {}
  void open(OperatorContext&) override {}
  // Columns take the names of the union's schema.
  void process(Batch input, int32_t, Output& output) override {
    output.emit(input.with_columns(schema_, input.columns()));
  }

 private:
  SchemaPtr schema_;
};

}  // namespace tidemill
