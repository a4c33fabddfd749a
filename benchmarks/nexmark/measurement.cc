#include "benchmarks/nexmark/measurement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>
#include <stdexcept>

#include "benchmarks/support/figures.h"

namespace tidemill::bench {
namespace {

namespace dom = simdjson::dom;

// The lists of a measurement, by their names in JSON.
constexpr std::pair<const char*, std::vector<double> Measurement::*> kLists[] = {
    {"wall_s", &Measurement::wall_s},         {"cpu_s", &Measurement::cpu_s},
    {"peak_mib", &Measurement::peak_mib},     {"rows_a_batch", &Measurement::rows_a_batch},
    {"hand_cpu_s", &Measurement::hand_cpu_s},
};

Measurement read_measurement(const dom::element& json) {
  Measurement result;
  result.query = std::string(json["query"].get_string().value());
  result.parallelism = static_cast<int32_t>(json["parallelism"].get_int64().value());
  result.rows = json["rows"].get_int64().value();
  for (const auto& [name, list] : kLists) {
    const dom::array values = json[name].get_array();
    for (const dom::element value : values) (result.*list).push_back(value.get_double().value());
  }
  const size_t runs = result.cpu_s.size();
  if (runs == 0 || result.wall_s.size() != runs) throw std::runtime_error("a measurement without runs");
  return result;
}

// Reads with `read`, and says of what is wrong in which text.
template <class Read>
auto parse(std::string_view json, std::string_view name, Read read) {
  try {
    dom::parser parser;
    return read(parser.parse(simdjson::padded_string(json)).value());
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{} holds no measurements of this program: {}", name, error.what()));
  }
}

}  // namespace

void Measurement::add(const Measurement& other) {
  rows = other.rows;
  for (const auto& [name, list] : kLists)
    (this->*list).insert((this->*list).end(), (other.*list).begin(), (other.*list).end());
}

double Measurement::ratio() const { return median(cpu_s) / median(hand_cpu_s); }

const Measurement* Measurements::find(std::string_view query, int32_t parallelism) const {
  const auto found = std::ranges::find_if(
      queries, [&](const Measurement& one) { return one.query == query && one.parallelism == parallelism; });
  return found == queries.end() ? nullptr : &*found;
}

std::string to_json(const Measurement& measurement) {
  std::string json = fmt::format(R"({{"query": "{}", "parallelism": {}, "rows": {})", measurement.query,
                                 measurement.parallelism, measurement.rows);
  for (const auto& [name, list] : kLists)
    json += fmt::format(R"(, "{}": [{}])", name, fmt::join(measurement.*list, ", "));
  return json + "}";
}

std::string to_json(const Measurements& measurements) {
  std::vector<std::string> queries;
  for (const Measurement& one : measurements.queries) queries.push_back(to_json(one));
  return fmt::format("{{\"events\": {}, \"queries\": [\n{}\n]}}\n", measurements.events, fmt::join(queries, ",\n"));
}

Measurement parse_measurement(std::string_view json, std::string_view name) {
  return parse(json, name, [](const dom::element& root) { return read_measurement(root); });
}

Measurements parse_measurements(std::string_view json, std::string_view name) {
  return parse(json, name, [](const dom::element& root) {
    Measurements result;
    result.events = root["events"].get_int64().value();
    const dom::array queries = root["queries"].get_array();
    for (const dom::element one : queries) result.queries.push_back(read_measurement(one));
    return result;
  });
}

}  // namespace tidemill::bench
