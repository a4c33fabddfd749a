// connectors/filesystem/partition_paths.h - the values of PARTITIONED BY as directories, dt=2024-01-01/hm=00%3A10, both
// ways. Rule: what Hive, Spark and Flink write and read; a file has the other columns only.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"

namespace tidemill {

struct PartitionColumn {
  std::string name;
  Type type;
  int32_t index = 0;  // among the physical columns
};

// PARTITIONED BY of a table.
struct Partitioning {
  std::vector<PartitionColumn> columns;  // in the order of the directories; empty: the table has no partitions
  std::string default_name;              // stands for NULL and for empty text
  SchemaPtr row_schema;                  // the columns that are in the files
  std::vector<int32_t> row_columns;      // the same, as indices of physical columns
};

// Returns what PARTITIONED BY (`keys`, indices into `physical`) means. Throws UserError for columns whose values no
// directory can say, or that leave nothing for the files. `table` is for errors.
Partitioning make_partitioning(const std::string& table, const SchemaPtr& physical, std::span<const int32_t> keys,
                               std::string default_name);

// Writes control characters and "#%'*/:=?\{}[]^ as % and two hexadecimal digits, so that the text is one name of a
// path.
std::string escape_path_name(std::string_view text);
// The other way; a % that no two digits follow stands for itself.
std::string unescape_path_name(std::string_view text);

// Rows of one partition, in their order.
struct RowsOfPartition {
  std::string directory;  // relative to the table's
  std::vector<int32_t> rows;
};
// Returns the partitions of a batch of all physical columns, in the order in which each comes first.
std::vector<RowsOfPartition> rows_by_partition(const Partitioning& partitioning, const Batch& batch);

// Returns the values that a directory stands for, unescaped, one a column: those of the last names key=value in its
// path that are the table's, one behind the other. nullopt: it belongs to no partition.
std::optional<std::vector<std::string>> find_partition(const Partitioning& partitioning, std::string_view directory);

// Returns one row with the value that `text` is in a directory's name. `table` and `path` are for errors. Throws
// UserError where it is none of the column's type.
ColumnPtr partition_value(const PartitionColumn& column, const std::string& text, const std::string& default_name,
                          const std::string& table, const std::string& path);

// Returns the directory that a path lies in; empty where it has none.
std::string_view directory_of(std::string_view path);
// Returns a/b, or b where a is empty.
std::string join_path(std::string_view directory, std::string_view name);

}  // namespace tidemill
