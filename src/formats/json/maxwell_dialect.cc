// formats/json/maxwell_dialect.cc - messages of Maxwell. Rule: a row a message, an update with its "old".
#include "base/error.h"
#include "formats/json/changelog_dialect.h"

namespace tidemill {
namespace {

// Source of the rules: Flink, MaxwellJsonDeserializationSchema. "old" of an update has the columns that it changed.
class MaxwellDialect final : public ChangelogDialect {
 public:
  ToldRows read(std::span<const JsonMember> message) const override {
    const auto [type, data, old] = json_members<3>(message, {"type", "data", "old"});
    if (type.kind == JsonKind::kNull) return {{}, "it has no \"type\""};
    const std::string name = json_plain_text(type);
    const bool update = name == "update";
    if (!update && name != "insert" && name != "delete")
      return {{}, fmt::format("Unknown \"type\" value \"{}\"", name), "insert, update and delete are known."};
    if (data.kind != JsonKind::kObject) return {{}, missing("data", name)};
    if (update && old.kind != JsonKind::kObject) return {{}, missing("old", name)};
    if (update) return {{{RowKind::kUpdateBefore, data.text, old.text}, {RowKind::kUpdateAfter, data.text}}};
    return {{{name == "insert" ? RowKind::kInsert : RowKind::kDelete, data.text}}};
  }

 private:
  static std::string missing(std::string_view member, std::string_view type) {
    return fmt::format("its \"{}\" is not an object {{…}}, as {} demands", member, type);
  }
};

}  // namespace

ChangelogDescription describe_maxwell_json() {
  const Type text = Type::string();
  return {"maxwell-json",
          "Changes of a table as Maxwell's messages, one JSON object a line.",
          "Maxwell JSON",
          {},
          {
              {{"database", text, true, false, "The database of the change."}, {"database"}},
              {{"table", text, true, false, "Its table."}, {"table"}},
              {{"primary-key-columns", Type::array(text), true, false, "The columns of the table's key."},
               {"primary_key_columns"}},
              {{"ingestion-timestamp", Type::timestamp_ltz(3), true, false, "When Maxwell processed the change."},
               {"ts"},
               false,
               1000},
          },
          [](const Options&) -> std::unique_ptr<const ChangelogDialect> { return std::make_unique<MaxwellDialect>(); },
          [](bool) -> MessageEnvelope {
            return {"{\"data\":", ",\"type\":\"insert\"}", "{\"data\":", ",\"type\":\"delete\"}"};
          }};
}

}  // namespace tidemill
