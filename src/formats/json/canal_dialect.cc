// formats/json/canal_dialect.cc - messages of Canal. Rule: several rows a message, each update with its own "old".
#include <re2/re2.h>

#include "base/error.h"
#include "data/json_scanner.h"
#include "formats/json/changelog_dialect.h"

namespace tidemill {
namespace {

// Which databases or tables are read.
struct NameFilter {
  std::string_view member;                  // of the message: "database", "table"
  std::unique_ptr<const re2::RE2> pattern;  // null: all are
};

NameFilter make_filter(const Options& options, std::string_view option, std::string_view member) {
  const std::optional<std::string> text = options.find_text(option);
  if (!text) return {member, nullptr};
  auto pattern = std::make_unique<const re2::RE2>(*text, re2::RE2::Quiet);
  if (!pattern->ok())
    throw UserError(
        fmt::format("Option '{}' is not a regular expression: {}", options.full_name(option), pattern->error()),
        "Look-around and back-references are not supported.");
  return {member, std::move(pattern)};
}

// Returns the objects of an array, or what is wrong with it.
std::vector<std::string_view> objects_of(const JsonToken& message, std::string_view member, std::string_view type,
                                         std::string& complaint) {
  const JsonToken array = json_member(message, member);
  std::vector<std::string_view> objects;
  bool all = array.kind == JsonKind::kArray;
  if (all) {
    JsonScanner scanner(array.text);
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
  explicit CanalDialect(const Options& options) {
    filters_.push_back(make_filter(options, "database.include", "database"));
    filters_.push_back(make_filter(options, "table.include", "table"));
  }

  ToldRows read(const JsonToken& message) const override {
    for (const NameFilter& filter : filters_) {
      if (!filter.pattern) continue;
      const JsonToken name = json_member(message, filter.member);
      if (!re2::RE2::FullMatch(json_plain_text(name), *filter.pattern)) return {};
    }
    const JsonToken type = json_member(message, "type");
    if (type.kind == JsonKind::kNull) return {{}, "it has no \"type\""};
    const std::string name = json_plain_text(type);
    if (name == "CREATE") return {};
    if (name == "INSERT") return all_rows(message, name, RowKind::kInsert);
    if (name == "DELETE") return all_rows(message, name, RowKind::kDelete);
    if (name == "UPDATE") return updated_rows(message);
    return {{}, fmt::format("Unknown \"type\" value \"{}\"", name), "INSERT, UPDATE, DELETE and CREATE are known."};
  }

 private:
  static ToldRows all_rows(const JsonToken& message, std::string_view type, RowKind kind) {
    ToldRows told;
    for (const std::string_view row : objects_of(message, "data", type, told.complaint))
      told.rows.push_back({kind, row});
    return told;
  }

  static ToldRows updated_rows(const JsonToken& message) {
    ToldRows told;
    const std::vector<std::string_view> rows = objects_of(message, "data", "UPDATE", told.complaint);
    if (!told.complaint.empty()) return told;
    const std::vector<std::string_view> old = objects_of(message, "old", "UPDATE", told.complaint);
    if (told.complaint.empty() && old.size() < rows.size())
      told.complaint = fmt::format("its \"data\" has {} rows, and its \"old\" {}", rows.size(), old.size());
    if (!told.complaint.empty()) return told;
    for (size_t i = 0; i < rows.size(); ++i) {
      told.rows.push_back({RowKind::kUpdateBefore, rows[i], old[i]});
      told.rows.push_back({RowKind::kUpdateAfter, rows[i]});
    }
    return told;
  }

  std::vector<NameFilter> filters_;
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
