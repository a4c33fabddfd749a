#include "connectors/datagen/datagen_connector.h"

#include <algorithm>

#include "base/error.h"
#include "connectors/datagen/datagen_source.h"

namespace tidemill {
namespace {

std::vector<OptionSpec> table_options() {
  using enum OptionType;
  return {
      {"rows-per-second", kInt, "How many rows a second.", "10000"},
      {"number-of-rows", kInt, "How many rows in all; without it, and without a sequence, rows never end."},
      {"seed", kInt, "Makes the same rows in every run."},
      {"scan.parallelism", kInt, "Accepted for Flink's sake: one subtask makes the rows, in order."},
  };
}

class DatagenConnector final : public Connector {
 public:
  std::string_view name() const override { return "datagen"; }
  std::string_view doc() const override { return "Rows made up, at random or in sequence."; }
  bool can_read() const override { return true; }

  // make_source() knows the columns, and checks what belongs to each.
  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    std::vector<OptionSpec> specs = table_options();
    specs.push_back({"fields.#.kind", kEnum, "How values are made up.", "random", false, {"random", "sequence"}});
    specs.push_back({"fields.#.min", kDouble,
                     "Smallest value of a number; without it, the least of an integer type, 0 of others."});
    specs.push_back({"fields.#.max", kDouble, "Largest value of a number; without it, the greatest of the type."});
    specs.push_back({"fields.#.length", kInt,
                     "How long texts are; without it 100, or the length in the type. How many entries "
                     "collections have; without it 3."});
    specs.push_back({"fields.#.var-len", kBool, "Whether the length of texts varies from 1 up.", "false"});
    specs.push_back({"fields.#.max-past", kDuration, "How far before now times may lie.", "0 s"});
    specs.push_back({"fields.#.null-rate", kDouble, "Share of NULLs, 0 to 1.", "0"});
    specs.push_back({"fields.#.start", kInt, "First value of a sequence, which must have one."});
    specs.push_back({"fields.#.end", kInt, "Last value of a sequence; the table ends after it."});
    return specs;
  }

  std::shared_ptr<const Source> make_source(const TableDescription& table, const FormatRegistry&) const override {
    const Options options = Options::parse(table.options, options_of(table), "connector 'datagen' for these columns");
    DatagenSettings settings;
    settings.table = table.name;
    settings.schema = source_schema(table, {}, name());
    settings.columns = table.projection;
    settings.rows_per_second = options.integer("rows-per-second");
    if (settings.rows_per_second <= 0)
      throw UserError("Option 'rows-per-second' must be above 0", "Set it to '10', for example.");
    if (options.has("number-of-rows")) settings.num_rows = options.integer("number-of-rows");
    if (options.has("seed")) settings.seed = static_cast<uint64_t>(options.integer("seed"));
    std::vector<std::shared_ptr<const FieldGenerator>> generators;
    for (const Field& field : table.physical->fields()) {  // a sequence ends the table, whether it is read or not
      generators.push_back(make_field_generator(field, options));
      const std::optional<int64_t> rows = generators.back()->rows_max();
      if (rows) settings.num_rows = std::min(settings.num_rows.value_or(*rows), *rows);
    }
    for (const int32_t index : table.projection) settings.generators.push_back(generators[static_cast<size_t>(index)]);
    return std::make_shared<DatagenSource>(std::move(settings));
  }

 private:
  static std::vector<OptionSpec> options_of(const TableDescription& table) {
    std::vector<OptionSpec> specs = table_options();
    specs.push_back({"connector", OptionType::kString, "Which connector the table uses.", "", true});
    for (const Field& field : table.physical->fields()) {
      const auto kind = table.options.find(fmt::format("fields.{}.kind", field.name));
      const bool sequence = kind != table.options.end() && kind->second == "sequence";
      for (OptionSpec& spec : field_options(field, sequence)) specs.push_back(std::move(spec));
    }
    return specs;
  }
};

}  // namespace

std::unique_ptr<const Connector> make_datagen_connector() { return std::make_unique<DatagenConnector>(); }

}  // namespace tidemill
