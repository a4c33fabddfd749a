#include "data/arrow_export.h"

#include <array>

#include "base/byte_stream.h"
#include "data/arrow_array.h"
#include "data/column_builder.h"
#include "data/nested.h"

namespace tidemill {
namespace {

constexpr std::string_view kKindField = "op";

// What a released ArrowSchema gives back. Children and dictionary are embedded; the consumer may have moved them out,
// which leaves their `release` null.
struct SchemaOwner {
  std::string format;
  std::string name;
  std::string metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
  ArrowSchema dictionary{};
};

void release_schema(ArrowSchema* schema) {
  const std::unique_ptr<SchemaOwner> owner(static_cast<SchemaOwner*>(schema->private_data));
  for (ArrowSchema& child : owner->children)
    if (child.release != nullptr) child.release(&child);
  if (owner->dictionary.release != nullptr) owner->dictionary.release(&owner->dictionary);
  schema->release = nullptr;
}

void hand_over(std::unique_ptr<SchemaOwner> owner, int64_t flags, ArrowSchema& schema) {
  for (ArrowSchema& child : owner->children) owner->child_pointers.push_back(&child);
  schema = {.format = owner->format.c_str(),
            .name = owner->name.c_str(),
            .metadata = owner->metadata.empty() ? nullptr : owner->metadata.data(),
            .flags = flags,
            .n_children = static_cast<int64_t>(owner->children.size()),
            .children = owner->children.empty() ? nullptr : owner->child_pointers.data(),
            .dictionary = owner->dictionary.release == nullptr ? nullptr : &owner->dictionary,
            .release = release_schema,
            .private_data = owner.get()};
  owner.release();
}

std::string format_of(const Type& type) {
  const std::string zone = type.kind == TypeKind::kTimestampLtz ? "UTC" : "";
  switch (type.kind) {
    case TypeKind::kNull:
      return "n";
    case TypeKind::kBoolean:
      return "b";
    case TypeKind::kTinyInt:
      return "c";
    case TypeKind::kSmallInt:
      return "s";
    case TypeKind::kInteger:
      return "i";
    case TypeKind::kBigInt:
      return "l";
    case TypeKind::kFloat:
      return "f";
    case TypeKind::kDouble:
      return "g";
    case TypeKind::kDecimal:
      return fmt::format("d:{},{}", type.precision, type.scale);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return "vu";
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
      return "vz";
    case TypeKind::kDate:
      return "tdD";
    case TypeKind::kTime:
      return "ttm";
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return (type.precision <= 3 ? "tsm:" : type.precision <= 6 ? "tsu:" : "tsn:") + zone;
    case TypeKind::kIntervalYearMonth:
      return "tiM";
    case TypeKind::kIntervalDayTime:
      return "tDm";
    case TypeKind::kArray:
      return "+l";
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return "+m";
    case TypeKind::kRow:
      return "+s";
  }
  CHECK_MSG(false, "type kind {}", static_cast<int>(type.kind));
}

// Arrow's form of key-value pairs: int32 pairs, then int32 length and bytes of each key and value.
std::string metadata_of(const Type& type) {
  ByteWriter out;
  out.put(int32_t{1});
  for (const std::string& text : {std::string("sql_type"), type.to_string()}) {
    out.put(static_cast<int32_t>(text.size()));
    out.put_bytes(text.data(), text.size());
  }
  return out.bytes();
}

void export_field(const Field& field, bool dictionary, ArrowSchema& schema);

// The fields of what is inside: one of a list; a struct of key and value (whose names Arrow wants) of a map; a row's.
void export_parts(const Type& type, std::vector<ArrowSchema>& children) {
  if (!type.is_nested()) return;
  const std::vector<Type> types = nested_column_types(type);
  if (type.is_map_like()) {
    auto entries = std::make_unique<SchemaOwner>();
    entries->name = "entries";
    entries->format = "+s";
    entries->children.resize(2);
    export_field({"key", types[0].not_null()}, false, entries->children[0]);
    export_field({"value", types[1]}, false, entries->children[1]);
    children.resize(1);
    return hand_over(std::move(entries), 0, children[0]);
  }
  children.resize(types.size());
  for (size_t i = 0; i < types.size(); ++i) export_field({(*type.parts)[i].name, types[i]}, false, children[i]);
}

void export_field(const Field& field, bool dictionary, ArrowSchema& schema) {
  auto owner = std::make_unique<SchemaOwner>();
  owner->name = field.name;
  owner->metadata = metadata_of(field.type);
  owner->format = dictionary ? "i" : format_of(field.type);
  if (!dictionary) export_parts(field.type, owner->children);
  if (dictionary) {
    auto values = std::make_unique<SchemaOwner>();
    values->format = format_of(field.type);
    hand_over(std::move(values), kArrowFlagNullable, owner->dictionary);
  }
  hand_over(std::move(owner), field.type.nullable ? kArrowFlagNullable : 0, schema);
}

ColumnPtr kind_column(const Batch& batch) {
  ColumnBuilder builder(Type::string().not_null());
  builder.reserve(batch.num_rows());
  for (int32_t row = 0; row < batch.num_rows(); ++row) builder.append_text(row_kind_text(batch.kind(row)));
  return builder.finish();
}

}  // namespace

void export_arrow(const Batch& batch, const ArrowExportOptions& options, ArrowSchema& schema, ArrowArray& array) {
  CHECK_MSG(options.row_kinds || batch.append_only(), "rows that retract are exported without their kinds");
  std::vector<Field> fields = batch.schema()->fields();
  std::vector<ColumnPtr> columns = batch.columns();
  if (options.row_kinds) {
    columns.insert(columns.begin(), kind_column(batch));
    fields.insert(fields.begin(), Field{std::string(kKindField), columns.front()->type()});
  }
  for (ColumnPtr& column : columns)
    if (!options.keep_dictionaries || column->type().kind == TypeKind::kNull || column->type().is_nested())
      column = Column::flatten(column);
  export_columns(columns, batch.num_rows(), array);

  auto owner = std::make_unique<SchemaOwner>();
  owner->format = "+s";
  owner->children.resize(fields.size());
  for (size_t i = 0; i < fields.size(); ++i)
    export_field(fields[i], columns[i]->encoding() == ColumnEncoding::kDictionary, owner->children[i]);
  hand_over(std::move(owner), 0, schema);
}

}  // namespace tidemill
