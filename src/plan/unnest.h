// plan/unnest.h - rows beside the elements of a collection that they hold. Rule: the input's columns stay in their
// places; rows keep their kinds, so an update of a row is an update of all that it became.
#pragma once
#include <string>
#include <vector>

#include "plan/plan_node.h"

namespace tidemill {

// CROSS JOIN UNNEST(column) and LEFT JOIN UNNEST(column) ON TRUE: every row once for each element, in their order.
// Behind the input's columns stand those of an element (see element_columns), then the ordinality.
class UnnestNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kUnnest;
  UnnestNode(PlanPtr input, int32_t collection, bool keep_empty, bool with_ordinality, SchemaPtr schema);

  int32_t collection() const { return collection_; }
  // A row without elements (or with a NULL collection) comes once, beside NULLs.
  bool keep_empty() const { return keep_empty_; }
  bool with_ordinality() const { return with_ordinality_; }
  // The first column behind the input's.
  int32_t first_element() const { return input()->schema()->size(); }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
  std::string digest() const override;

 private:
  int32_t collection_;
  bool keep_empty_;
  bool with_ordinality_;
};

// `names` are those of the element's columns and, last, of the ordinality. Requires: the column is an ARRAY, MAP or
// MULTISET, and names are as many as element_columns() gives, one more with ordinality.
PlanPtr make_unnest(PlanPtr input, int32_t collection, bool keep_empty, bool with_ordinality,
                    const std::vector<std::string>& names);

// Returns the columns that an element of `collection` becomes: key and value of a MAP, the fields of a ROW, else one.
// `names` default to those of a ROW's fields, KEY and VALUE, EXPR$0.
std::vector<Field> element_columns(const Type& collection);

}  // namespace tidemill
