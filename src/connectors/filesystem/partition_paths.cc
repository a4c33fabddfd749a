#include "connectors/filesystem/partition_paths.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "connectors/spi/decoding/text_value.h"
#include "data/dispatch.h"
#include "data/number_text.h"
#include "data/time_text.h"

namespace tidemill {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool needs_escape(char c) {
  constexpr std::string_view kEscaped = "\"#%'*/:=?\\{}[]^\x7f";
  return static_cast<unsigned char>(c) < ' ' || kEscaped.find(c) != std::string_view::npos;
}

// Returns the number of a hexadecimal digit, -1: it is none.
int32_t digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (!needs_escape(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 15U];
  }
}

bool can_partition(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInteger:
    case TypeKind::kBigInt:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
      return true;
    default:
      return false;
  }
}

// Appends the text of a value, nothing for NULL.
void append_value(std::string& out, const Column& column, int32_t row) {
  if (column.is_null(row)) return;
  switch (column.type().kind) {
    case TypeKind::kBoolean:
      out += column.decode<uint8_t>()[row] != 0 ? "true" : "false";
      return;
    case TypeKind::kTinyInt:
      return append_integer(out, column.decode<int8_t>()[row]);
    case TypeKind::kSmallInt:
      return append_integer(out, column.decode<int16_t>()[row]);
    case TypeKind::kInteger:
      return append_integer(out, column.decode<int32_t>()[row]);
    case TypeKind::kBigInt:
      return append_integer(out, column.decode<int64_t>()[row]);
    case TypeKind::kFloat:
      return append_float(out, column.decode<float>()[row]);
    case TypeKind::kDouble:
      return append_double(out, column.decode<double>()[row]);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      out += column.text(row);
      return;
    case TypeKind::kDate:
      return append_date(out, column.decode<int32_t>()[row]);
    case TypeKind::kTimestamp: {
      const bool is_small = column.type().physical() == PhysicalType::kInt64;
      const int128 value = is_small ? column.decode<int64_t>()[row] : column.decode<int128>()[row];
      return append_local_date_time(out, value, column.type().precision);
    }
    default:
      CHECK_MSG(false, "no directory is named by {}", column.type().to_string());
  }
}

// Sets `changes` for the rows whose value may be another than that of the row before. Of floating point bits count: 0.0
// is equal to -0.0, and another text.
void mark_changes(const Column& column, std::vector<uint8_t>& changes) {
  dispatch_physical(column.type().physical(), [&]<class T>() {
    const Decoded<T> values = column.decode<T>();
    const auto same = [&](int32_t row) {
      if (values.is_null(row) != values.is_null(row - 1)) return false;
      if constexpr (std::is_floating_point_v<T>) {
        return std::memcmp(&values[row], &values[row - 1], sizeof(T)) == 0;
      } else {
        return values[row] == values[row - 1];
      }
    };
    for (int32_t row = 1; row < column.num_rows(); ++row) {
      if (!same(row)) changes[static_cast<size_t>(row)] = 1;
    }
  });
}

// Returns the first row from `from` on that has a change, as many as there are rows where none has.
int32_t next_change(const std::vector<uint8_t>& changes, int32_t from) {
  return static_cast<int32_t>(std::find(changes.begin() + from, changes.end(), 1) - changes.begin());
}

}  // namespace

Partitioning make_partitioning(const std::string& table, const SchemaPtr& physical, std::span<const int32_t> keys,
                               std::string default_name) {
  Partitioning partitioning;
  partitioning.default_name = std::move(default_name);
  for (const int32_t key : keys) {
    const Field& field = physical->field(key);
    if (!can_partition(field.type.kind))
      throw UserError(fmt::format("Table '{}': PARTITIONED BY column '{}' is {}, which a directory's name cannot hold",
                                  table, field.name, field.type.to_string()),
                      "Partition by text, BOOLEAN, a number that is not DECIMAL, DATE or TIMESTAMP: CAST the column.");
    if (field.name.starts_with('.') || field.name.starts_with('_'))
      throw UserError(fmt::format("Table '{}': PARTITIONED BY column '{}' makes hidden directories", table, field.name),
                      "Names that start with . or _ are not read. Name the column otherwise.");
    partitioning.columns.push_back({field.name, field.type, key});
  }
  std::vector<Field> fields;
  for (int32_t i = 0; i < physical->size(); ++i) {
    if (std::ranges::find(keys, i) != keys.end()) continue;
    fields.push_back(physical->field(i));
    partitioning.row_columns.push_back(i);
  }
  if (fields.empty() && !keys.empty())
    throw UserError(fmt::format("Table '{}': every column is in PARTITIONED BY, nothing is left for its files", table),
                    "Declare at least one column that no directory is named by.");
  partitioning.row_schema = make_schema(std::move(fields));
  return partitioning;
}

std::string escape_path_name(std::string_view text) {
  std::string escaped;
  append_escaped(escaped, text);
  return escaped;
}

std::string unescape_path_name(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const int32_t high = text[i] == '%' && i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
    const int32_t low = high >= 0 ? digit_of(text[i + 2]) : -1;
    if (low < 0) {
      plain += text[i];
      continue;
    }
    const auto code = static_cast<uint32_t>(high * 16 + low);
    if (code >= 0x80) plain += static_cast<char>(0xC0U | code >> 6U);  // a code point, in UTF-8
    plain += static_cast<char>(code >= 0x80 ? 0x80U | (code & 0x3FU) : code);
    i += 2;
  }
  return plain;
}

std::vector<RowsOfPartition> rows_by_partition(const Partitioning& partitioning, const Batch& batch) {
  std::vector<RowsOfPartition> partitions;
  std::unordered_map<std::string, size_t> places;  // by directory
  std::vector<std::string> names;
  for (const PartitionColumn& column : partitioning.columns) names.push_back(escape_path_name(column.name) + "=");
  // Rows of one partition come together: its directory is made where it may be another.
  std::vector<uint8_t> changes(static_cast<size_t>(batch.num_rows()));
  for (const PartitionColumn& column : partitioning.columns) mark_changes(*batch.column(column.index), changes);
  std::string directory, value;
  for (int32_t row = 0, end = 0; row < batch.num_rows(); row = end) {
    end = next_change(changes, row + 1);
    directory.clear();
    for (size_t i = 0; i < names.size(); ++i) {
      value.clear();
      append_value(value, *batch.column(partitioning.columns[i].index), row);
      if (i > 0) directory += '/';
      directory += names[i];
      append_escaped(directory, value.empty() ? partitioning.default_name : value);
    }
    const auto [place, added] = places.try_emplace(directory, partitions.size());
    if (added) partitions.push_back({directory, {}});
    std::vector<int32_t>& rows = partitions[place->second].rows;
    const size_t before = rows.size();
    rows.resize(before + static_cast<size_t>(end - row));
    std::iota(rows.begin() + static_cast<std::ptrdiff_t>(before), rows.end(), row);
  }
  return partitions;
}

std::optional<std::vector<std::string>> find_partition(const Partitioning& partitioning, std::string_view directory) {
  std::vector<std::string_view> names;
  while (!directory.empty()) {
    const size_t slash = directory.find('/');
    if (slash != 0) names.push_back(directory.substr(0, slash));
    directory.remove_prefix(slash == std::string_view::npos ? directory.size() : slash + 1);
  }
  const size_t count = partitioning.columns.size();
  for (size_t begin = names.size() + 1; begin-- > 0;) {
    std::vector<std::string> values;
    while (values.size() < count && begin + values.size() < names.size()) {
      const std::string_view name = names[begin + values.size()];
      const size_t equals = name.find('=');
      if (equals == std::string_view::npos || equals + 1 == name.size()) break;
      if (unescape_path_name(name.substr(0, equals)) != partitioning.columns[values.size()].name) break;
      values.push_back(unescape_path_name(name.substr(equals + 1)));
    }
    if (values.size() == count) return values;
  }
  return std::nullopt;
}

ColumnPtr partition_value(const PartitionColumn& column, const std::string& text, const std::string& default_name,
                          const std::string& table, const std::string& path) {
  ColumnFiller filler(column.type);
  filler.begin(1);
  ValueStatus status = ValueStatus::kOk;
  if (text == default_name) {
    status = set_null(filler, 0);
  } else if (column.type.kind == TypeKind::kChar || column.type.kind == TypeKind::kVarchar) {
    filler.copy_text(0, text);
  } else if (column.type.kind == TypeKind::kBoolean) {
    filler.set<uint8_t>(0, reads_true(text) ? 1 : 0);
  } else {
    TextForm form;
    form.timestamp = TimestampForm::kIso8601;
    status = set_from_text(filler, 0, text, form);
  }
  if (status == ValueStatus::kOk) return filler.take(1, {});
  throw UserError(fmt::format("Table '{}': {}: '{}={}' is no value of column '{}', which is {}", table, path,
                              column.name, text, column.name, column.type.to_string()),
                  "Correct the directory's name, declare the column as STRING, or leave the directory out with "
                  "'source.path.regex-pattern'.");
}

std::string_view directory_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string join_path(std::string_view directory, std::string_view name) {
  return directory.empty() ? std::string(name) : fmt::format("{}/{}", directory, name);
}

}  // namespace tidemill
