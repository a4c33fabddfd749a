// formats/json/debezium_dialect.cc - messages of Debezium. Rule: whole rows, "before" and "after".
#include "base/error.h"
#include "formats/json/changelog_dialect.h"

namespace tidemill {
namespace {

constexpr std::string_view kReplicaIdentity =
    "A PostgreSQL table gives its old rows after ALTER TABLE … REPLICA IDENTITY FULL.";

// Adds the row that a member of the payload is, or tells why there is none, once.
void add_row(const JsonToken& row, std::string_view member, std::string_view operation, RowKind kind, ToldRows& told) {
  if (!told.complaint.empty()) return;
  const bool is_before = member == "before";
  if (row.kind == JsonKind::kObject) {
    told.rows.push_back({kind, row.text, {}, is_before ? kReplicaIdentity : std::string_view()});
  } else if (is_before && row.kind == JsonKind::kNull) {
    told = {{},
            fmt::format("The \"before\" field of {} message is null, if you are using Debezium Postgres Connector, "
                        "please check the Postgres table has been set REPLICA IDENTITY to FULL level",
                        operation),
            std::string(kReplicaIdentity)};
  } else {
    told = {{}, fmt::format("its \"{}\" is not an object {{…}}, as {} demands", member, operation)};
  }
}

// Source of the rules: Flink, DebeziumJsonDeserializationSchema. op c and r are +I, u is -U of "before" and +U of
// "after", d is -D.
class DebeziumDialect final : public ChangelogDialect {
 public:
  // `payload_hint`: what to do where messages have no payload; empty: a message is the payload.
  explicit DebeziumDialect(std::string payload_hint) : payload_hint_(std::move(payload_hint)) {}

  ToldRows read(std::span<const JsonMember> message) const override {
    if (payload_hint_.empty()) return read_payload(message);
    const auto [payload] = json_members<1>(message, {"payload"});
    if (payload.kind != JsonKind::kObject) return {{}, "it has no \"payload\" {…}", payload_hint_};
    return read_payload(members_of(payload));
  }

  std::string_view payload_member() const override { return payload_hint_.empty() ? "" : "payload"; }

 private:
  static ToldRows read_payload(std::span<const JsonMember> payload) {
    const auto [op, before, after] = json_members<3>(payload, {"op", "before", "after"});
    if (op.kind == JsonKind::kNull) return {{}, "it has no \"op\""};
    const std::string name = json_plain_text(op);
    ToldRows told;
    if (name == "c" || name == "r") {
      add_row(after, "after", "CREATE", RowKind::kInsert, told);
    } else if (name == "u") {
      add_row(before, "before", "UPDATE", RowKind::kUpdateBefore, told);
      add_row(after, "after", "UPDATE", RowKind::kUpdateAfter, told);
    } else if (name == "d") {
      add_row(before, "before", "DELETE", RowKind::kDelete, told);
    } else {
      return {{}, fmt::format("Unknown \"op\" value \"{}\"", name), "c, r, u and d are known."};
    }
    return told;
  }

  std::string payload_hint_;
};

std::unique_ptr<const ChangelogDialect> make_dialect(const Options& options) {
  if (!options.boolean("schema-include")) return std::make_unique<DebeziumDialect>("");
  return std::make_unique<DebeziumDialect>(
      fmt::format("Set '{}' = 'false' where messages come without their schema.", options.full_name("schema-include")));
}

void check_writing(const FormatRequest& request) {
  if (!request.options.boolean("schema-include")) return;
  throw UserError(fmt::format("Table '{}': messages are not written with their schema", request.table),
                  fmt::format("Take out '{}'.", request.options.full_name("schema-include")));
}

MessageEnvelope envelope(bool ignore_null_fields) {
  if (ignore_null_fields) return {"{\"after\":", ",\"op\":\"c\"}", "{\"before\":", ",\"op\":\"d\"}"};
  return {"{\"before\":null,\"after\":", ",\"op\":\"c\"}", "{\"before\":", ",\"after\":null,\"op\":\"d\"}"};
}

std::vector<MessageMetadata> metadata() {
  const Type text = Type::string();
  const Type time = Type::timestamp_ltz(3);
  return {
      {{"schema", text, true, false, "The schema of the message, as JSON; with 'schema-include' only."},
       {"schema"},
       true},
      {{"ingestion-timestamp", time, true, false, "When Debezium processed the change."}, {"ts_ms"}},
      {{"source.timestamp", time, true, false, "When the change was made in the database."}, {"source", "ts_ms"}},
      {{"source.database", text, true, false, "Its database."}, {"source", "db"}},
      {{"source.schema", text, true, false, "Its schema."}, {"source", "schema"}},
      {{"source.table", text, true, false, "Its table."}, {"source", "table"}},
      {{"source.properties", Type::map(text, text), true, false, "All that the message tells of its source."},
       {"source"}},
  };
}

}  // namespace

ChangelogDescription describe_debezium_json() {
  return {"debezium-json",
          "Changes of a table as Debezium's messages, one JSON object a line.",
          "Debezium JSON",
          {{"schema-include", OptionType::kBool,
            "Whether messages hold their schema: {\"schema\": …, \"payload\": {…}}. Reading only.", "false"}},
          metadata(),
          make_dialect,
          envelope,
          check_writing};
}

}  // namespace tidemill
