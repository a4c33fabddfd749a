#include "tests/unit/data/random_batch.h"

#include <cmath>
#include <limits>

#include "data/dispatch.h"
#include "data/pretty.h"
#include "data/value.h"

namespace tidemill {
namespace {

const Type kTypes[] = {Type::null(),
                       Type::boolean(),
                       Type::tiny_int(),
                       Type::small_int(),
                       Type::integer(),
                       Type::big_int(),
                       Type::float32(),
                       Type::float64(),
                       Type::decimal(10, 2),
                       Type::decimal(38, 10),
                       Type::char_of(3),
                       Type::varchar(20),
                       Type::string(),
                       {TypeKind::kBinary, true, 4},
                       Type::bytes(),
                       Type::date(),
                       Type::time(0),
                       Type::time(3),
                       Type::timestamp(3),
                       Type::timestamp(6),
                       Type::timestamp(9),
                       Type::timestamp_ltz(3),
                       Type::timestamp_ltz(6),
                       Type::timestamp_ltz(9),
                       Type::interval_year_month(),
                       Type::interval_day_time()};

template <class T>
T random_value(const Type& type, SeededRandom& random) {
  if (type.physical() == PhysicalType::kBool) return static_cast<T>(random.below(2));
  if constexpr (std::is_floating_point_v<T>) {
    const T special[] = {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(), T{-0.0}, T{0}};
    const uint64_t choice = random.below(8);
    return choice < 4 ? special[choice] : static_cast<T>(static_cast<int64_t>(random.next())) / T{1000};
  } else if (type.kind == TypeKind::kTime) {
    return static_cast<T>(random.below(86'400'000));
  } else if (type.kind == TypeKind::kDecimal) {
    return static_cast<T>(static_cast<int64_t>(random.next()) % 10'000'000'000);  // ten digits are the least of them
  } else if (type.is_timestamp() && type.precision > 6) {
    return static_cast<T>(static_cast<int64_t>(random.next()));  // what 64 bits of nanoseconds hold
  } else if (random.below(4) == 0) {
    return static_cast<T>(random.below(100));
  } else {
    return static_cast<T>(random.next());
  }
}

std::string random_text(SeededRandom& random) {
  std::string text;
  for (uint64_t size = random.below(4) == 0 ? random.below(300) : random.below(16); size > 0; --size)
    text += static_cast<char>('a' + random.below(26));
  return text;
}

}  // namespace

std::span<const Type> all_types() { return kTypes; }

ColumnPtr random_column(const Type& type, int32_t num_rows, ColumnEncoding encoding, SeededRandom& random, bool nulls) {
  const bool constant = encoding == ColumnEncoding::kConstant;
  const int32_t values = encoding == ColumnEncoding::kFlat ? num_rows : constant ? 1 : 5;
  ColumnBuilder builder(type);
  for (int32_t i = 0; i < values; ++i) {
    if (type.kind == TypeKind::kNull || (nulls && type.nullable && random.below(4) == 0)) {
      builder.append_null();
    } else {
      dispatch_physical(type.physical(), [&]<class T>() {
        if constexpr (std::is_same_v<T, Text>) {
          builder.append_text(random_text(random));
        } else {
          builder.append(random_value<T>(type, random));
        }
      });
    }
  }
  ColumnPtr column = builder.finish();
  if (encoding == ColumnEncoding::kFlat) return column;
  if (constant) return Column::constant(*column, num_rows);
  auto indices = Buffer::allocate(static_cast<size_t>(num_rows) * sizeof(int32_t));
  for (int32_t row = 0; row < num_rows; ++row)
    reinterpret_cast<int32_t*>(indices->mutable_data())[row] = static_cast<int32_t>(random.below(5));
  return Column::dictionary(column, std::move(indices), num_rows);
}

Batch random_batch(SeededRandom& random) {
  const auto rows = static_cast<int32_t>(random.below(40));
  std::vector<Field> fields;
  std::vector<ColumnPtr> columns;
  for (uint64_t count = random.below(6); count > 0; --count) {
    const Type type = kTypes[random.below(std::size(kTypes))].with_nullable(random.below(3) != 0);
    fields.push_back({fmt::format("c{}", count), type, static_cast<TimeAttribute>(random.below(3))});
    columns.push_back(random_column(type, rows, static_cast<ColumnEncoding>(random.below(3)), random));
  }
  std::vector<RowKind> kinds;
  if (random.below(2) == 0)
    for (int32_t row = 0; row < rows; ++row) kinds.push_back(static_cast<RowKind>(random.below(4)));
  Batch batch(make_schema(std::move(fields)), std::move(columns), rows, std::move(kinds));
  const auto times = [&] {
    auto values = std::make_shared<std::vector<int64_t>>();
    for (int32_t row = 0; row < rows; ++row) values->push_back(static_cast<int64_t>(random.next()));
    return values;
  };
  RowProgress progress;
  progress.from_split = random.below(3) != 0;
  if (progress.from_split && random.below(2) == 0) {
    progress.watermarks = times();
  } else if (progress.from_split) {
    progress.watermark = static_cast<int64_t>(random.next());
  }
  if (progress.from_split) progress.other_splits = static_cast<int64_t>(random.next());
  progress.merged = progress.from_split && random.below(4) == 0;
  batch.set_progress(std::move(progress));
  if (random.below(2) == 0) {
    RowOrigin origin{std::make_shared<const std::string>(random_text(random)), 0, nullptr};
    random.below(2) == 0 ? origin.offsets = times()
                         : (origin.first_offset = static_cast<int64_t>(random.next()), nullptr);
    batch.set_origin(std::move(origin));
  }
  return batch;
}

std::string difference(const Batch& a, const Batch& b) {
  if (*a.schema() != *b.schema()) return "schema";
  if (a.num_rows() != b.num_rows()) return "rows";
  if (a.kinds() != b.kinds()) return "kinds";
  for (int32_t i = 0; i < a.num_columns(); ++i) {
    if (a.column(i)->encoding() != b.column(i)->encoding()) return fmt::format("encoding of column {}", i);
    if (a.column(i)->type() != b.column(i)->type()) return fmt::format("type of column {}", i);
    for (int32_t row = 0; row < a.num_rows(); ++row)
      if (Value::at(*a.column(i), row) != Value::at(*b.column(i), row))
        return fmt::format("column {}, row {}: {} and {}", i, row, to_pretty(Value::at(*a.column(i), row)),
                           to_pretty(Value::at(*b.column(i), row)));
  }
  if (a.progress().from_split != b.progress().from_split) return "from_split";
  if (a.progress().merged != b.progress().merged) return "merged";
  if (a.progress().other_splits != b.progress().other_splits) return "other_splits";
  if ((a.progress().watermarks == nullptr) != (b.progress().watermarks == nullptr)) return "watermarks";
  if ((a.origin().split == nullptr) != (b.origin().split == nullptr)) return "origin";
  if (a.origin().split && *a.origin().split != *b.origin().split) return "split";
  for (int32_t row = 0; row < a.num_rows(); ++row) {
    if (a.progress().own_at(row) != b.progress().own_at(row)) return fmt::format("w({})", row);
    if (a.origin().at(row) != b.origin().at(row)) return fmt::format("offset of row {}", row);
  }
  return "";
}

}  // namespace tidemill
