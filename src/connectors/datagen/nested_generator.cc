#include "connectors/datagen/nested_generator.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "connectors/datagen/random_bits.h"
#include "data/column_builder.h"
#include "data/nested.h"

namespace tidemill {
namespace {

constexpr int64_t kCollectionLengthDefault = 3;    // Flink's
constexpr int64_t kCollectionLengthMax = 100'000;  // a value of more is a mistake rather than a wish
constexpr int32_t kEntriesAtOnce = 16'384;         // entries of as many rows are made together, or those of one row
constexpr int32_t kElementNumberMax = 10;          // how often an element is in a MULTISET: 1 to this, Flink's

// The parts of a column as columns: "m.key" and "m.value".
std::vector<Field> part_fields(const Field& field) {
  const Type& type = field.type;
  const auto part = [&](std::string_view name, size_t index) {
    return Field{fmt::format("{}.{}", field.name, name), type.part(index)};
  };
  std::vector<Field> parts;
  if (type.kind == TypeKind::kMap) return {part("key", 0), part("value", 1)};
  if (type.kind != TypeKind::kRow) return {part("element", 0)};
  for (size_t i = 0; i < type.num_parts(); ++i) parts.push_back(part((*type.parts)[i].name, i));
  return parts;
}

std::string length_option(const Field& field) { return fmt::format("fields.{}.length", field.name); }

// How often each element is in its MULTISET.
class ElementNumbers final : public FieldGenerator {
 public:
  ColumnPtr generate(const GenerationContext& context) const override {
    ColumnBuilder builder(Type::integer().not_null());
    for (int32_t row = 0; row < context.num_rows; ++row)
      builder.append(1 + static_cast<int32_t>(random_bits(context, row, kValueDraw) % kElementNumberMax));
    return builder.finish();
  }
};

class NestedGenerator final : public FieldGenerator {
 public:
  using Parts = std::vector<std::unique_ptr<const FieldGenerator>>;
  // `length`: entries of each value, 1 for a ROW.
  NestedGenerator(const Type& type, double null_rate, int32_t length, Parts parts)
      : type_(type), null_rate_(null_rate), length_(length), parts_(std::move(parts)) {}

  ColumnPtr generate(const GenerationContext& context) const override {
    ColumnBuilder builder(type_);
    const int32_t rows_at_once = std::max(1, kEntriesAtOnce / std::max(1, length_));
    for (int32_t row = 0; row < context.num_rows; row += rows_at_once) {
      GenerationContext some = context;
      some.first_row += row;
      some.num_rows = std::min(rows_at_once, context.num_rows - row);
      append_rows(some, builder);
    }
    return builder.finish();
  }

 private:
  // Entry j of row i is row i * length + j of each part.
  void append_rows(const GenerationContext& context, ColumnBuilder& builder) const {
    std::vector<ColumnPtr> columns;
    for (size_t i = 0; i < parts_.size(); ++i) {
      const auto first = static_cast<uint64_t>(context.first_row) * static_cast<uint64_t>(length_);
      columns.push_back(parts_[i]->generate(
          {hash_combine(context.seed, i), static_cast<int64_t>(first), context.num_rows * length_, context.now}));
    }
    std::string encoded;
    for (int32_t row = 0; row < context.num_rows; ++row) {
      if (is_null_draw(context, row, null_rate_)) {
        builder.append_null();
        continue;
      }
      encoded.clear();
      append_value(columns, row, encoded);
      builder.append_text(encoded_text(encoded));
    }
  }

  void append_value(const std::vector<ColumnPtr>& columns, int32_t row, std::string& encoded) const {
    if (type_.kind == TypeKind::kRow) {
      std::string fields;
      for (const ColumnPtr& column : columns) append_encoded(fields, *column, row);
      return append_encoded_text(encoded, fields);
    }
    std::vector<std::vector<std::string>> entries;
    std::set<std::string> keys;
    for (int32_t entry = row * length_; entry < (row + 1) * length_; ++entry) {
      std::vector<std::string> parts(columns.size());
      for (size_t i = 0; i < parts.size(); ++i) append_encoded(parts[i], *columns[i], entry);
      if (!type_.is_map_like() || keys.insert(parts.front()).second) entries.push_back(std::move(parts));
    }
    if (type_.kind == TypeKind::kMultiset) std::ranges::sort(entries);
    std::vector<std::string_view> parts;
    for (const auto& entry : entries) parts.insert(parts.end(), entry.begin(), entry.end());
    append_encoded_collection(encoded, parts, columns.size());
  }

  Type type_;
  double null_rate_;
  int32_t length_;
  Parts parts_;
};

}  // namespace

std::vector<OptionSpec> nested_options(const Field& field) {
  std::vector<OptionSpec> specs;
  if (field.type.kind != TypeKind::kRow) {
    specs.push_back({length_option(field), OptionType::kInt, "How many entries values have.",
                     std::to_string(kCollectionLengthDefault)});
  }
  for (const Field& part : part_fields(field))
    for (OptionSpec& spec : random_options(part)) specs.push_back(std::move(spec));
  return specs;
}

std::unique_ptr<const FieldGenerator> make_nested_generator(const Field& field, const Options& options,
                                                            double null_rate) {
  const bool is_row = field.type.kind == TypeKind::kRow;
  const int64_t length = is_row ? 1 : options.integer(length_option(field));
  if (length < 0 || length > kCollectionLengthMax)
    throw UserError(fmt::format("Option '{}' = {} is out of range", length_option(field), length),
                    fmt::format("Choose 0 to {}.", kCollectionLengthMax));
  NestedGenerator::Parts parts;
  for (const Field& part : part_fields(field)) parts.push_back(make_random_generator(part, options));
  if (field.type.kind == TypeKind::kMultiset) parts.push_back(std::make_unique<ElementNumbers>());
  return std::make_unique<NestedGenerator>(field.type, null_rate, static_cast<int32_t>(length), std::move(parts));
}

}  // namespace tidemill
