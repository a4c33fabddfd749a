// connectors/spi/connector.h - from a table's WITH (…) to its source or sink. Rule: making one touches nothing outside:
// files and servers are first asked by the enumerator, the reader and the writer.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/format.h"
#include "connectors/spi/lookup.h"
#include "connectors/spi/options.h"
#include "connectors/spi/sink.h"
#include "connectors/spi/source.h"
#include "data/row_field_path.h"
#include "data/schema.h"

namespace tidemill {

// One metadata column that a query asks for, or that a sink is given.
struct MetadataColumn {
  std::string name;  // of the column
  std::string key;   // one of Connector::metadata_keys(), or of the format's
};

// What a connector is asked to serve.
struct TableDescription {
  std::string name;                     // as the user knows it, for errors and metrics
  SchemaPtr physical;                   // every physical column of the table, in order, then `row_fields`
  std::vector<int32_t> primary_key;     // indices into `physical`; empty: none
  std::vector<int32_t> partition_keys;  // PARTITIONED BY, likewise
  OptionMap options;                    // as written, 'connector' among them
  // Sources: the physical columns needed, indices into `physical`; only these are decoded. Sinks are given all physical
  // columns in the table's order, then the metadata columns.
  std::vector<int32_t> projection;
  // Sources that read them: fields that are asked for as if they were columns, `column` being one of `physical`.
  std::vector<RowFieldPath> row_fields = {};
  std::vector<MetadataColumn> metadata;  // behind the physical columns
  // Sources: rows that do not satisfy all of them may be left out; whoever asks looks at the others again.
  std::vector<ColumnCondition> conditions = {};
};

// An option that names a format: 'format', 'key.format'. What stands before "format" also stands before the format's
// own options ('key.json.ignore-parse-errors').
struct FormatOption {
  std::string name;
  bool required = false;
  std::string doc;
};

// Returns "key.json." for 'key.format' = 'json'.
std::string format_prefix(std::string_view option, std::string_view format);

// A kind of table, by name. Immutable.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view doc() const = 0;
  // Its own options: without 'connector', and without those of formats.
  virtual std::vector<OptionSpec> options() const = 0;
  // The options that name formats. Where there are any, their formats' options and the record error policy belong to
  // its tables, too.
  virtual std::vector<FormatOption> format_options() const { return {}; }
  virtual std::vector<MetadataKey> metadata_keys() const { return {}; }
  virtual bool can_read() const { return false; }
  virtual bool can_write() const { return false; }

  // Makes the source of a table. Throws UserError: wrong options, or a table that can only be written to.
  virtual std::shared_ptr<const Source> make_source(const TableDescription& table, const FormatRegistry& formats) const;
  // Makes the sink of a table. Throws UserError: wrong options, or a table that can only be read from.
  virtual std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry& formats) const;
  // Makes what a lookup join asks for the rows whose columns `keys` (of the source's schema: see source_schema()) have
  // certain values. Throws UserError: wrong options, or a table that cannot be asked.
  virtual std::shared_ptr<const LookupSource> make_lookup_source(const TableDescription& table,
                                                                 const std::vector<int32_t>& keys,
                                                                 const FormatRegistry& formats) const;
};

class ConnectorRegistry {
 public:
  // Requires: no connector of this name yet.
  void add(std::unique_ptr<const Connector> connector);
  // Throws UserError with the nearest name and the list.
  const Connector& get(std::string_view name) const;
  // Returns the connector that the option 'connector' names. Throws UserError where it is missing or unknown.
  const Connector& of_table(const OptionMap& options) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::unique_ptr<const Connector>, std::less<>> connectors_;
};

// Returns every option that a table of `connector` with these options may have: 'connector', the connector's own and,
// where it has formats, what names them, the options of the formats that are written, with prefix, and the record error
// policy. Throws UserError for an unknown format.
std::vector<OptionSpec> declared_options(const Connector& connector, const OptionMap& written,
                                         const FormatRegistry& formats);
// Checks all options of a table, as CREATE TABLE does. Throws UserError as Options::parse.
Options check_options(const Connector& connector, const OptionMap& written, const FormatRegistry& formats);
// Returns the options fit to be shown (SHOW CREATE TABLE): secrets redacted. Never throws; `connector` may be null.
OptionMap shown_options(const Connector* connector, const OptionMap& written, const FormatRegistry& formats);

// Returns the schema of a source for `table`: projected physical columns, then metadata columns with the types of
// `keys`. Throws UserError for a metadata key that is not in `keys` or not readable.
SchemaPtr source_schema(const TableDescription& table, std::span<const MetadataKey> keys, std::string_view connector);

}  // namespace tidemill
