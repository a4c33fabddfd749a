#include "functions/json_path_call.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/number_text.h"

namespace tidemill {
namespace {

JsonNode number_node(double value) {
  JsonNode node;
  node.kind = JsonKind::kNumber;
  append_double(node.text, value);
  return node;
}

JsonNode whole_node(size_t value) {
  JsonNode node;
  node.kind = JsonKind::kNumber;
  node.text = std::to_string(value);
  return node;
}

JsonNode text_node(std::string text) {
  JsonNode node;
  node.kind = JsonKind::kString;
  node.text = std::move(text);
  return node;
}

// Returns the values of the arguments; one that its path does not find is null.
std::vector<JsonNode> values_of(const std::vector<JsonPathArgument>& arguments, const JsonNode& root) {
  std::vector<JsonNode> values;
  for (const JsonPathArgument& argument : arguments)
    values.push_back(argument.path ? argument.path->evaluate(root, root).value_or(JsonNode()) : argument.value);
  return values;
}

// Calls `take` for the elements of the model and of arguments that are arrays, and for other arguments.
template <class Take>
void for_each_value(const JsonNode& model, const std::vector<JsonNode>& arguments, Take take) {
  const auto take_all = [&](const JsonNode& array) {
    for (const JsonNode& element : array.values) take(element);
  };
  if (model.kind == JsonKind::kArray) take_all(model);
  for (const JsonNode& argument : arguments) argument.kind == JsonKind::kArray ? take_all(argument) : take(argument);
}

std::optional<JsonNode> aggregate(JsonPathFunction function, const JsonNode& model,
                                  const std::vector<JsonNode>& arguments) {
  double sum = 0, squares = 0, least = 0, greatest = 0;
  int64_t count = 0;
  for_each_value(model, arguments, [&](const JsonNode& node) {
    if (node.kind != JsonKind::kNumber) return;
    const double value = parse_double(node.text).value_or(0);
    sum += value;
    squares += value * value;
    least = count == 0 ? value : std::min(least, value);
    greatest = count == 0 ? value : std::max(greatest, value);
    ++count;
  });
  if (count == 0) return std::nullopt;
  const double mean = sum / static_cast<double>(count);
  switch (function) {
    case JsonPathFunction::kSum:
      return number_node(sum);
    case JsonPathFunction::kMin:
      return number_node(least);
    case JsonPathFunction::kMax:
      return number_node(greatest);
    case JsonPathFunction::kAvg:
      return number_node(mean);
    default:
      return number_node(std::sqrt(squares / static_cast<double>(count) - mean * mean));
  }
}

std::optional<JsonNode> element(const JsonNode& model, int64_t index) {
  if (model.kind != JsonKind::kArray) return std::nullopt;
  const auto size = static_cast<int64_t>(model.values.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return std::nullopt;
  return model.values[static_cast<size_t>(index)];
}

JsonNode keys_of(const JsonNode& model) {
  JsonNode keys;
  if (model.kind != JsonKind::kObject) return keys;
  keys.kind = JsonKind::kArray;
  for (const std::string& key : model.keys) keys.values.push_back(text_node(key));
  return keys;
}

}  // namespace

std::optional<JsonNode> JsonPathCall::call(const JsonNode& model, const JsonNode& root) const {
  const std::vector<JsonNode> values = values_of(arguments, root);
  switch (function) {
    case JsonPathFunction::kLength:
      return model.is_container() ? whole_node(model.values.size()) : JsonNode();
    case JsonPathFunction::kSum:
    case JsonPathFunction::kMin:
    case JsonPathFunction::kMax:
    case JsonPathFunction::kAvg:
    case JsonPathFunction::kStddev:
      return aggregate(function, model, values);
    case JsonPathFunction::kFirst:
      return element(model, 0);
    case JsonPathFunction::kLast:
      return element(model, -1);
    case JsonPathFunction::kIndex: {
      const auto index = values.size() == 1 ? parse_integer<int64_t>(values[0].text) : std::nullopt;
      return index ? element(model, *index) : std::nullopt;
    }
    case JsonPathFunction::kKeys:
      return keys_of(model);
    case JsonPathFunction::kAppend: {
      JsonNode longer = model;
      if (model.kind == JsonKind::kArray) longer.values.insert(longer.values.end(), values.begin(), values.end());
      return longer;
    }
    case JsonPathFunction::kConcat: {
      std::string text;
      for_each_value(model, values,
                     [&](const JsonNode& node) { text += node.kind == JsonKind::kString ? node.text : ""; });
      return text_node(std::move(text));
    }
  }
  return std::nullopt;
}

std::optional<JsonPathFunction> json_path_function(std::string_view name) {
  using enum JsonPathFunction;
  constexpr std::array<std::pair<std::string_view, JsonPathFunction>, 13> kFunctions = {{{"length", kLength},
                                                                                         {"size", kLength},
                                                                                         {"sum", kSum},
                                                                                         {"min", kMin},
                                                                                         {"max", kMax},
                                                                                         {"avg", kAvg},
                                                                                         {"stddev", kStddev},
                                                                                         {"first", kFirst},
                                                                                         {"last", kLast},
                                                                                         {"index", kIndex},
                                                                                         {"keys", kKeys},
                                                                                         {"append", kAppend},
                                                                                         {"concat", kConcat}}};
  const auto* const found = std::ranges::find(kFunctions, name, &std::pair<std::string_view, JsonPathFunction>::first);
  if (found == kFunctions.end()) return std::nullopt;
  return found->second;
}

}  // namespace tidemill
