#include "formats/json/json_inference.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "connectors/spi/decoding/column_inference.h"
#include "data/json_scanner.h"
#include "data/json_text.h"

namespace tidemill {
namespace {

class JsonInference {
 public:
  explicit JsonInference(const FormatSample& sample) : sample_(sample) {}

  InferredColumns infer() {
    std::string_view text = sample_.text;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    for (int64_t line = 1; !text.empty() && records_ < kInferredRecordsMax; ++line) {
      const size_t newline = std::min(text.find('\n'), text.size());
      add_line(text.substr(0, newline), line);
      text.remove_prefix(std::min(newline + 1, text.size()));
    }
    if (names_.empty())
      throw UserError(fmt::format("Columns cannot be inferred from '{}': it holds no JSON object", sample_.path),
                      "Declare them with CREATE TABLE.");
    return result();
  }

 private:
  void add_line(std::string_view line, int64_t number) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    if (const auto error = check_json(line)) fail(number, error->message);
    JsonScanner scanner(line);
    if (scanner.peek() == '{') return add_object(line);
    if (scanner.peek() != '[') fail(number, "it is not an object {…}");
    scanner.enter('[');
    while (scanner.next_element()) {
      const JsonToken element = *scanner.value();
      if (element.kind != JsonKind::kObject) fail(number, "an element of the array is not an object {…}");
      add_object(element.text);
    }
  }

  [[noreturn]] void fail(int64_t line, std::string_view message) const {
    throw UserError(
        fmt::format("Columns cannot be inferred from '{}': line {} is not JSON: {}", sample_.path, line, message),
        "A record must be one line: rewrite the file with `jq -c . FILE` (an array: `jq -c '.[]' FILE`).");
  }

  void add_object(std::string_view object) {
    ++records_;
    JsonScanner scanner(object);
    scanner.enter('{');
    while (const auto key = scanner.next_key()) {
      std::string name;
      append_json_unescaped(key->text, name);
      const auto found = std::find(names_.begin(), names_.end(), name);
      const auto index = static_cast<size_t>(found - names_.begin());
      if (found == names_.end()) {
        names_.push_back(std::move(name));
        columns_.emplace_back();
      }
      add_value(columns_[index], *scanner.value());
    }
  }

  static void add_value(ColumnInference& column, const JsonToken& token) {
    switch (token.kind) {
      case JsonKind::kNull:
        return;
      case JsonKind::kNumber:
        return column.add_number(token.text);
      case JsonKind::kTrue:
      case JsonKind::kFalse:
        return column.add_boolean();
      case JsonKind::kString:
        return column.add_text(token.text);
      default:
        return column.add_other();
    }
  }

  InferredColumns result() const {
    InferredColumns inferred;
    const TimestampForm form = common_timestamp_form(columns_);
    for (size_t i = 0; i < names_.size(); ++i) inferred.columns.push_back({names_[i], columns_[i].type(form)});
    if (form == TimestampForm::kIso8601) inferred.options["timestamp-format.standard"] = "ISO-8601";
    return inferred;
  }

  const FormatSample& sample_;
  std::vector<std::string> names_;
  std::vector<ColumnInference> columns_;
  int32_t records_ = 0;
};

}  // namespace

InferredColumns infer_json(const FormatSample& sample) { return JsonInference(sample).infer(); }

}  // namespace tidemill
