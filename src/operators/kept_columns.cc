#include "operators/kept_columns.h"

namespace tidemill {

Type kept_type(const Type& type) {
  if (type.kind == TypeKind::kFloat) return Type::integer().with_nullable(type.nullable);
  if (type.kind == TypeKind::kDouble) return Type::big_int().with_nullable(type.nullable);
  return type;
}

ColumnPtr reinterpret_column(const ColumnPtr& column, const Type& type) {
  if (column->type() == type) return column;
  if (column->type().physical() == type.physical()) return column->with_type(type);
  const ColumnPtr flat = Column::flatten(column);
  return Column::flat(type, flat->num_rows(), flat->values_buffer(), flat->validity_buffer());
}

}  // namespace tidemill
