// results/result_writer.h - how rows are shown: table, json, csv, changelog. Rule: text goes out in whole rows, and
// only through the callback.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "data/schema.h"
#include "results/change_text.h"
#include "results/result_table.h"

namespace tidemill {

enum class ResultFormat : uint8_t {
  kTable,      // boxes with a header, as psql and DuckDB draw them
  kJson,       // one object a row, column names as keys
  kCsv,        // RFC 4180 with a header line
  kChangelog,  // a table of changes, each with its kind in the column `op`
};

// Returns the format of this name (table, json, csv, changelog). Throws UserError naming the nearest.
ResultFormat parse_result_format(std::string_view name);

struct ResultShape {
  SchemaPtr schema;
  // True: each change is written as it comes, with its kind (a column or key `op` in json and csv). False: the final
  // rows.
  bool changes = false;
};

// Takes the changes of one query and writes them. json and csv write at once where rows are final as they come
// (shape.changes, or an append-only result); a table of final rows is drawn at the end, since widths depend on all
// rows.
class ResultWriter {
 public:
  using Write = std::function<void(std::string_view)>;
  virtual ~ResultWriter() = default;
  // Returns the form that cells are to come in.
  virtual CellText cells() const { return CellText::kShown; }
  virtual void add(const ResultChange& change) = 0;
  // Writes what is left, and for tables the number of rows.
  virtual void finish() = 0;
  // Bytes of rows that wait for the end, roughly.
  virtual size_t memory_bytes() const { return 0; }
};

std::unique_ptr<ResultWriter> make_result_writer(ResultFormat format, ResultShape shape, bool append_only,
                                                 ResultWriter::Write write);

}  // namespace tidemill
