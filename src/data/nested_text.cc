#include "data/nested_text.h"

#include <algorithm>
#include <numeric>

#include "data/java_hash.h"
#include "data/nested.h"
#include "data/value_text.h"

namespace tidemill {
namespace {

// hashCode of what a key is in Java; 0 for types whose order is left as it is.
uint32_t key_hash(const Column& keys, int32_t row) {
  if (keys.is_null(row)) return 0;
  switch (keys.type().kind) {
    case TypeKind::kBoolean:
      return java_hash(keys.decode<uint8_t>()[row] != 0);
    case TypeKind::kTinyInt:
      return static_cast<uint32_t>(keys.decode<int8_t>()[row]);
    case TypeKind::kSmallInt:
      return static_cast<uint32_t>(keys.decode<int16_t>()[row]);
    case TypeKind::kInteger:
      return static_cast<uint32_t>(keys.decode<int32_t>()[row]);
    case TypeKind::kBigInt:
      return java_hash_long(keys.decode<int64_t>()[row]);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return java_hash(keys.text(row));
    default:
      return 0;
  }
}

// The order in which a HashMap gives entries that were put into it one after the other.
std::vector<int32_t> hash_map_order(const Column& keys) {
  std::vector<int32_t> order(static_cast<size_t>(keys.num_rows()));
  std::iota(order.begin(), order.end(), 0);
  uint32_t buckets = 16;
  while (order.size() > buckets / 4 * 3) buckets *= 2;
  std::vector<uint32_t> bucket;
  for (const int32_t row : order) {
    const uint32_t hash = key_hash(keys, row);
    bucket.push_back((hash ^ hash >> 16) & (buckets - 1));
  }
  std::ranges::stable_sort(order, {}, [&](int32_t row) { return bucket[static_cast<size_t>(row)]; });
  return order;
}

// Writes the entries of one value; `write(column, row)` writes what is inside.
template <class Write>
void append_nested(std::string& out, const Type& type, const NestedColumns& parts, bool row_text, Write write) {
  const auto separated = [&](int32_t i) { out += i == 0 ? "" : ", "; };
  const int32_t entries = parts.columns.front()->num_rows();
  switch (type.kind) {
    case TypeKind::kRow:
      out += row_text ? "+I[" : "(";
      for (size_t i = 0; i < parts.columns.size(); ++i) {
        separated(static_cast<int32_t>(i));
        write(*parts.columns[i], 0);
      }
      out += row_text ? ']' : ')';
      return;
    case TypeKind::kArray:
      out += '[';
      for (int32_t i = 0; i < entries; ++i) {
        separated(i);
        write(*parts.columns[0], i);
      }
      out += ']';
      return;
    default: {
      std::vector<int32_t> order(static_cast<size_t>(entries));
      std::iota(order.begin(), order.end(), 0);
      if (row_text) order = hash_map_order(*parts.columns[0]);
      out += '{';
      for (size_t i = 0; i < order.size(); ++i) {
        separated(static_cast<int32_t>(i));
        write(*parts.columns[0], order[i]);
        out += '=';
        write(*parts.columns[1], order[i]);
      }
      out += '}';
    }
  }
}

}  // namespace

void append_nested_row_text(std::string& out, const Column& column, int32_t row) {
  append_nested(out, column.type(), split_nested(*column.slice(row, 1)), true,
                [&](const Column& part, int32_t i) { append_row_text(out, part, i); });
}

void append_nested_cast_text(std::string& out, const Column& column, int32_t row, const TimeZone& zone) {
  append_nested(out, column.type(), split_nested(*column.slice(row, 1)), false, [&](const Column& part, int32_t i) {
    if (part.is_null(i)) {
      out += "NULL";
    } else {
      append_cast_text(out, part, i, zone);
    }
  });
}

}  // namespace tidemill
