#include "results/result_writer.h"

#include "base/check.h"
#include "base/error.h"
#include "results/display_width.h"
#include "results/json_cell.h"

namespace tidemill {
namespace {

// JSON numbers and booleans are written bare, every other type as a string.
bool is_bare_in_json(const Type& type) { return type.is_numeric() || type.kind == TypeKind::kBoolean; }

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string json_value(const Type& type, const std::optional<std::string>& cell) {
  if (!cell) return "null";
  if (writes_json_cell(type)) return *cell;
  if (type.kind == TypeKind::kBoolean) return *cell == "TRUE" || *cell == "true" ? "true" : "false";
  const bool finite = *cell != "NaN" && cell->find("Infinity") == std::string::npos;  // JSON has no other numbers
  return is_bare_in_json(type) && finite ? *cell : json_string(*cell);
}

std::string csv_cell(const std::optional<std::string>& cell) {
  if (!cell) return "";
  if (!cell->empty() && cell->find_first_of(",\"\r\n") == std::string::npos) return *cell;
  std::string quoted = "\"";
  for (const char c : *cell) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + "\"";
}

// The kind and the row of a change as one row, for shapes that show changes.
ResultRow with_op(const ResultChange& change) {
  ResultRow row = {std::string(row_kind_text(change.kind))};
  row.insert(row.end(), change.row.begin(), change.row.end());
  return row;
}

// Calls `line` for every row to show: at once where nothing can be taken back, otherwise for the folded rows at the
// end.
class LineWriter : public ResultWriter {
 public:
  LineWriter(ResultShape shape, bool append_only, Write write)
      : write_(std::move(write)), shape_(std::move(shape)), at_once_(append_only || shape_.changes) {}

  void add(const ResultChange& change) final {
    if (!at_once_) return table_.apply(change);
    if (shape_.changes) return write_(line(with_op(change)));
    write_(line(change.row));
  }
  void finish() override {
    for (const ResultRow& row : table_.rows()) write_(line(row));
  }
  size_t memory_bytes() const final { return table_.memory_bytes(); }

 protected:
  virtual std::string line(const ResultRow& row) const = 0;
  // Names of the cells of a line.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    if (shape_.changes) names.emplace_back("op");
    for (const Field& field : shape_.schema->fields()) names.push_back(field.name);
    return names;
  }
  std::vector<Type> types() const {
    std::vector<Type> types;
    if (shape_.changes) types.push_back(Type::string());
    for (const Field& field : shape_.schema->fields()) types.push_back(field.type);
    return types;
  }
  Write write_;

 private:
  ResultShape shape_;
  bool at_once_;
  ResultTable table_;
};

class JsonWriter final : public LineWriter {
 public:
  JsonWriter(ResultShape shape, bool append_only, Write write)
      : LineWriter(std::move(shape), append_only, std::move(write)), types_(types()) {
    for (const std::string& name : names()) keys_.push_back(json_string(name));
  }
  CellText cells() const override { return CellText::kJson; }

 protected:
  std::string line(const ResultRow& row) const override {
    std::string text = "{";
    for (size_t i = 0; i < row.size(); ++i) {
      text += fmt::format("{}{}:{}", i == 0 ? "" : ",", keys_[i], json_value(types_[i], row[i]));
    }
    return text + "}\n";
  }

 private:
  std::vector<Type> types_;
  std::vector<std::string> keys_;
};

class CsvWriter final : public LineWriter {
 public:
  CsvWriter(ResultShape shape, bool append_only, Write write)
      : LineWriter(std::move(shape), append_only, std::move(write)) {
    ResultRow header;
    for (const std::string& name : names()) header.emplace_back(name);
    write_(line(header));
  }

 protected:
  std::string line(const ResultRow& row) const override {
    std::string text;
    for (size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ",") + csv_cell(row[i]);
    return text + "\n";
  }
};

// Control characters would break the frame.
std::string table_cell(const std::optional<std::string>& cell) {
  if (!cell) return "NULL";
  std::string text;
  for (const char c : *cell) {
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\t') {
      text += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

struct Frame {
  std::vector<std::string> names;
  std::vector<bool> align_right;
  std::vector<int32_t> widths;

  explicit Frame(const Schema& schema, bool changes) {
    if (changes) add("op", false);
    for (const Field& field : schema.fields()) add(field.name, field.type.is_numeric());
  }
  void add(const std::string& name, bool right) {
    names.push_back(name);
    align_right.push_back(right);
    widths.push_back(display_width(name));
  }
  void fit(const ResultRow& row) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(table_cell(row[i])));
  }
  std::string rule() const {
    std::string text = "+";
    for (const int32_t width : widths) text += std::string(static_cast<size_t>(width) + 2, '-') + "+";
    return text + "\n";
  }
  std::string line(const ResultRow& row, bool header) const {
    std::string text = "|";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string cell = table_cell(row[i]);
      const std::string padding(static_cast<size_t>(std::max(0, widths[i] - display_width(cell))), ' ');
      const bool right = align_right[i] && !header;
      text += fmt::format(" {}{} |", right ? padding : cell, right ? cell : padding);
    }
    return text + "\n";
  }
  std::string header() const {
    ResultRow row(names.begin(), names.end());
    return rule() + line(row, true) + rule();
  }
};

std::string row_count(int64_t rows) { return fmt::format("{} row{}\n", rows, rows == 1 ? "" : "s"); }

// A table of final rows: drawn at the end.
class TableWriter final : public ResultWriter {
 public:
  TableWriter(ResultShape shape, Write write) : write_(std::move(write)), frame_(*shape.schema, false) {}
  void add(const ResultChange& change) override { table_.apply(change); }
  size_t memory_bytes() const override { return table_.memory_bytes(); }
  void finish() override {
    const std::vector<ResultRow> rows = table_.rows();
    for (const ResultRow& row : rows) frame_.fit(row);
    write_(frame_.header());
    for (const ResultRow& row : rows) write_(frame_.line(row, false));
    write_(frame_.rule() + row_count(static_cast<int64_t>(rows.size())));
  }

 private:
  Write write_;
  Frame frame_;
  ResultTable table_;
};

// A table of changes: written as they come, in widths guessed from the types, since the rest is not known yet.
class ChangelogWriter final : public ResultWriter {
 public:
  ChangelogWriter(ResultShape shape, Write write) : write_(std::move(write)), frame_(*shape.schema, true) {
    for (int32_t i = 0; i < shape.schema->size(); ++i) {
      int32_t& width = frame_.widths[static_cast<size_t>(i) + 1];
      width = std::max(width, guessed_width(shape.schema->field(i).type));
    }
    write_(frame_.header());
  }
  void add(const ResultChange& change) override {
    ++changes_;
    write_(frame_.line(with_op(change), false));
  }
  void finish() override { write_(frame_.rule() + fmt::format("Received a total of {}", row_count(changes_))); }

 private:
  static int32_t guessed_width(const Type& type) {
    constexpr int32_t kNumberWidth = 11;
    constexpr int32_t kBigNumberWidth = 20;
    constexpr int32_t kTimestampWidth = 23;  // 2020-01-01 00:00:00.000
    constexpr int32_t kTextWidth = 20;
    if (type.is_timestamp()) return kTimestampWidth;
    if (type.kind == TypeKind::kBigInt || type.kind == TypeKind::kDecimal || type.kind == TypeKind::kDouble)
      return kBigNumberWidth;
    if (type.is_character() || type.is_binary()) return std::min(kTextWidth, std::max(type.precision, 1));
    return kNumberWidth;
  }

  Write write_;
  Frame frame_;
  int64_t changes_ = 0;
};

}  // namespace

ResultFormat parse_result_format(std::string_view name) {
  const std::vector<std::string> names = {"table", "json", "csv", "changelog"};
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<ResultFormat>(i);
  }
  const auto nearest = nearest_name(name, names);
  throw UserError(fmt::format("Unknown output format '{}'", name),
                  nearest ? fmt::format("Did you mean '{}'?", *nearest) : "Use table, json, csv or changelog.");
}

std::unique_ptr<ResultWriter> make_result_writer(ResultFormat format, ResultShape shape, bool append_only,
                                                 ResultWriter::Write write) {
  switch (format) {
    case ResultFormat::kJson:
      return std::make_unique<JsonWriter>(std::move(shape), append_only, std::move(write));
    case ResultFormat::kCsv:
      return std::make_unique<CsvWriter>(std::move(shape), append_only, std::move(write));
    case ResultFormat::kChangelog:
      return std::make_unique<ChangelogWriter>(std::move(shape), std::move(write));
    case ResultFormat::kTable:
      if (shape.changes) return std::make_unique<ChangelogWriter>(std::move(shape), std::move(write));
      return std::make_unique<TableWriter>(std::move(shape), std::move(write));
  }
  CHECK_MSG(false, "result format {}", static_cast<int>(format));
}

}  // namespace tidemill
