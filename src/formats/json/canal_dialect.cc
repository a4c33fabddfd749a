// formats/json/canal_dialect.cc - messages of Canal. Rule: several rows a message, each update with its own "old".
#include <re2/re2.h>

#include "base/error.h"
#include "connectors/spi/option_pattern.h"
#include "formats/json/changelog_dialect.h"

namespace tidemill {
namespace {

// True where the pattern of an option takes the name; null takes any.
bool takes(const std::shared_ptr<const re2::RE2>& pattern, const JsonToken& name) {
  return pattern == nullptr || re2::RE2::FullMatch(json_plain_text(name), *pattern);
}

// Returns the objects of an array, or what is wrong with it.
std::vector<std::string_view> objects_of(const JsonToken& array, std::string_view member, std::string_view type,
                                         std::string& complaint) {
  std::vector<std::string_view> objects;
  bool all = array.kind == JsonKind::kArray;
  if (all) {
    auto scanner = JsonScanner::of_checked(array.text);
    scanner.enter('[');
    while (all && scanner.next_element()) {
      const JsonToken element = *scanner.value();
      all = element.kind == JsonKind::kObject;
      objects.push_back(element.text);
    }
  }
  if (!all) complaint = fmt::format("its \"{}\" is not an array of objects [{{…}}], as {} demands", member, type);
  return objects;
}

// Source of the rules: Flink, CanalJsonDeserializationSchema. A message tells several rows at once. "old" of an UPDATE
// has the columns that it changed; CREATE is a change of the table itself, and passed over.
class CanalDialect final : public ChangelogDialect {
 public:
  explicit CanalDialect(const Options& options)
      : database_(option_pattern(options, "database.include")), table_(option_pattern(options, "table.include")) {}

  ToldRows read(std::span<const JsonMember> message) const override {
    const auto [database, table, type, data, old] =
        json_members<5>(message, {"database", "table", "type", "data", "old"});
    if (!takes(database_, database) || !takes(table_, table)) return {};
    if (type.kind == JsonKind::kNull) return {{}, "it has no \"type\""};
    const std::string name = json_plain_text(type);
    if (name == "CREATE") return {};
    if (name == "INSERT") return all_rows(data, name, RowKind::kInsert);
    if (name == "DELETE") return all_rows(data, name, RowKind::kDelete);
    if (name == "UPDATE") return updated_rows(data, old);
    return {{}, fmt::format("Unknown \"type\" value \"{}\"", name), "INSERT, UPDATE, DELETE and CREATE are known."};
  }

 private:
  static ToldRows all_rows(const JsonToken& data, std::string_view type, RowKind kind) {
    ToldRows told;
    for (const std::string_view row : objects_of(data, "data", type, told.complaint)) told.rows.push_back({kind, row});
    return told;
  }

  static ToldRows updated_rows(const JsonToken& data, const JsonToken& before) {
    ToldRows told;
    const std::vector<std::string_view> rows = objects_of(data, "data", "UPDATE", told.complaint);
    if (!told.complaint.empty()) return told;
    const std::vector<std::string_view> old = objects_of(before, "old", "UPDATE", told.complaint);
    if (told.complaint.empty() && old.size() < rows.size())
      told.complaint = fmt::format("its \"data\" has {} rows, and its \"old\" {}", rows.size(), old.size());
    if (!told.complaint.empty()) return told;
    for (size_t i = 0; i < rows.size(); ++i) {
      told.rows.push_back({RowKind::kUpdateBefore, rows[i], old[i]});
      told.rows.push_back({RowKind::kUpdateAfter, rows[i]});
    }
    return told;
  }

  std::shared_ptr<const re2::RE2> database_, table_;  // null: all are read
};

std::vector<MessageMetadata> metadata() {
  const Type text = Type::string();
  const Type time = Type::timestamp_ltz(3);
  return {
      {{"database", text, true, false, "The database of the change."}, {"database"}},
      {{"table", text, true, false, "Its table."}, {"table"}},
      {{"sql-type", Type::map(text, Type::integer()), true, false, "The number of JDBC of each column's type."},
       {"sqlType"}},
      {{"pk-names", Type::array(text), true, false, "The columns of the table's key."}, {"pkNames"}},
      {{"ingestion-timestamp", time, true, false, "When Canal processed the change."}, {"ts"}},
      {{"event-timestamp", time, true, false, "When the change was made in the database."}, {"es"}},
  };
}

}  // namespace

ChangelogDescription describe_canal_json() {
  return {"canal-json",
          "Changes of a table as Canal's messages, one JSON object a line.",
          "Canal JSON",
          {{"database.include", OptionType::kString,
            "A regular expression: only messages of databases whose whole name matches it are read."},
           {"table.include", OptionType::kString, "The same for names of tables."}},
          metadata(),
          [](const Options& options) -> std::unique_ptr<const ChangelogDialect> {
            return std::make_unique<CanalDialect>(options);
          },
          [](bool) -> MessageEnvelope {
            return {"{\"data\":[", "],\"type\":\"INSERT\"}", "{\"data\":[", "],\"type\":\"DELETE\"}"};
          }};
}

}  // namespace tidemill
