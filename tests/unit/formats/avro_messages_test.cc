// tests/unit/formats/avro_messages_test.cc - the formats of Avro over messages, both ways, and a registry that answers
// as the test says.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/pretty.h"
#include "data/value_text.h"
#include "env/simulated/simulated_environment.h"
#include "tests/unit/formats/avro_reading.h"
#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

using Rows = std::vector<std::string>;
using Messages = std::vector<std::optional<std::string>>;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

Messages as_messages(const Rows& written) { return {written.begin(), written.end()}; }

const TextTable kAvro{"avro", "a INT, b STRING NOT NULL"};

TEST(AvroMessages, RowsAreTheBytesThatFlinkWrites) {
  const Rows written = encode_messages(kAvro, "1 | x\nNULL | yz");
  EXPECT_EQ(written, (Rows{std::string("\x02\x02\x02x"), std::string("\x00\x04yz", 4)}));
  EXPECT_EQ(decode_messages(kAvro, as_messages(written)).rows, (Rows{"10: +I[1, x]", "11: +I[null, yz]"}));
}

TEST(AvroMessages, TombstonesGiveNoRow) {
  const DecodedText out = decode_messages(kAvro, {std::nullopt, encode_messages(kAvro, "1 | x")[0]});
  EXPECT_EQ(out.rows, Rows{"11: +I[1, x]"});
  EXPECT_EQ(out.errors_counted, 0);
}

TEST(AvroMessages, ColumnsNotAskedForAreSkipped) {
  TextTable table = kAvro;
  const Messages written = as_messages(encode_messages(kAvro, "1 | x\n2 | y"));
  table.columns = std::vector<std::string>{"b"};
  EXPECT_EQ(decode_messages(table, written, 1).rows, (Rows{"10: +I[x]", "11: +I[y]"}));
  table.columns = std::vector<std::string>{};
  EXPECT_EQ(decode_messages(table, written).rows, (Rows{"10: +I[]", "11: +I[]"}));
}

TEST(AvroMessages, EveryTypeComesBack) {
  TextTable table{
      "avro",
      "a BOOLEAN, b TINYINT, c SMALLINT, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(10, 3), i DECIMAL(38, "
      "12), j STRING, k BYTES, l DATE, m TIME(3), n TIMESTAMP(3), o TIMESTAMP(6), p TIMESTAMP(9), q "
      "TIMESTAMP_LTZ(3), r CHAR(3), s ARRAY<INT>, t MAP<STRING, BIGINT>, u MULTISET<STRING>, v ROW<x INT, y "
      "ROW<z STRING>>"};
  table.options = {{"timestamp_mapping.legacy", "false"}};
  const std::string rows =
      "TRUE | -1 | 300 | -70000 | 5000000000 | 1.5 | -0.1 | -1234567.891 | 12345678901234567890123456.123456789012 | "
      "text, "
      "longer than twelve bytes | x'00ff' | 2020-02-29 | 23:59:59.999 | 1969-12-31 23:59:59.999 | 2020-01-01 "
      "00:00:00.000001 | 2020-01-01 00:00:00.000000001 | 2020-01-01 00:00:00.001 | abc | NULL | NULL | NULL | NULL\n"
      "NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | "
      "NULL "
      "| NULL | NULL | NULL | NULL | NULL";
  const Batch batch = parse_batch(parse_schema(table.schema), rows);
  for (const std::string encoding : {"binary", "json"}) {
    table.options["encoding"] = encoding;
    const DecodedText out = decode_messages(table, as_messages(encode_messages(table, rows)));
    Rows expected;
    for (int32_t row = 0; row < batch.num_rows(); ++row) {
      expected.push_back(std::to_string(10 + row) + ": ");
      append_row_text(expected.back(), batch, row);
    }
    EXPECT_EQ(out.rows, expected) << out.error;
  }
}

TEST(AvroMessages, TheJsonEncodingIsAvros) {
  TextTable table{"avro", "a INT, b BYTES NOT NULL, c DOUBLE NOT NULL, d TIMESTAMP(3)"};
  table.options = {{"encoding", "json"}};
  EXPECT_EQ(encode_messages(table, "1 | x'ff41' | 1.0 | 1970-01-01 00:00:01.000"),
            Rows{"{\"a\":{\"int\":1},\"b\":\"\xC3\xBF"
                 "A\",\"c\":1.0,\"d\":{\"long\":1000}}"});
  EXPECT_EQ(decode_messages(table, {R"({"c": 2, "a": null, "b": "", "d": {"long": 5}, "more": 1})"}).rows,
            Rows{"10: +I[null, [], 2.0, 1970-01-01T00:00:00.005]"});
  const struct {
    std::string message;
    std::string_view part;
  } wrong[] = {
      {"{", "it is no JSON"},
      {"[]", "[] is no record"},
      {R"({"a": 1, "b": "", "c": 1, "d": null})", "1 is no branch of its union"},
      {R"({"a": {"long": 1}, "b": "", "c": 1, "d": null})", R"({"long":1} is no branch of its union)"},
      {R"({"a": null, "c": 1, "d": null})", R"(it has no "b")"},
      {R"({"a": null, "b": "Ā", "c": 1, "d": null})", "\"Ā\" is no bytes"},
      {std::string(100000, '['), "too deep"},
  };
  for (const auto& one : wrong) {
    const std::string error = decode_messages(table, {one.message}).error;
    EXPECT_TRUE(has(error, one.part)) << error;
    EXPECT_TRUE(has(error, "Avro record cannot be read: topic-0 offset 10: ")) << error;
  }
}

TEST(AvroMessages, BadBytesAreToldAsHexadecimalDigitsAndOthersGoOn) {
  const Messages messages{"\x02\x02", encode_messages(kAvro, "1 | x")[0]};
  EXPECT_TRUE(
      has(decode_messages(kAvro, messages).error,
          "Table 't': Avro record cannot be read: topic-0 offset 10: column 'b': a string is cut off, at byte 2; "
          "the record is: 0202"));
  TextTable table = kAvro;
  table.errors = {RecordErrorPolicy::kDeadLetter, "/dead"};
  const DecodedText out = decode_messages(table, messages);
  EXPECT_EQ(out.rows, Rows{"11: +I[1, x]"});
  ASSERT_EQ(out.letters.size(), 1U);
  EXPECT_TRUE(has(out.letters[0], R"("offset":10,)") && has(out.letters[0], R"("raw":"0202")")) << out.letters[0];
}

TEST(AvroMessages, ValuesThatCannotBeWrittenAreTold) {
  TextTable table{"avro", "a TIMESTAMP(9)"};
  table.options = {{"timestamp_mapping.legacy", "false"}};
  try {
    encode_messages(table, "9999-12-31 00:00:00.000000000");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_TRUE(has(error.what(), "Column 'a' has a value that cannot be written as Avro: a time is beyond 64 bits"));
  }
}

// --- With a registry. ---

// A registry in which subjects take any schema.
class Registry {
 public:
  HttpResponse answer(const HttpRequest& request) {
    const std::string path = request.url.substr(request.url.find('/', 8));
    if (down > 0) {
      --down;
      throw TransientError("No answer from http://registry: Connection refused");
    }
    if (status != 0) return {status, {}, R"({"error_code": 1, "message": "told so"})"};
    const auto found = answers.find(request.method + " " + path);
    if (found != answers.end()) return {200, {}, found->second};
    if (request.method == "POST") {
      posted.push_back(path + " " + nlohmann::json::parse(request.body)["schema"].get<std::string>());
      return {200, {}, R"({"id": 258})"};
    }
    return {404, {}, R"({"error_code": 40403, "message": "Schema not found"})"};
  }
  void give(int32_t id, const std::string& schema) {
    answers["GET /schemas/ids/" + std::to_string(id)] = nlohmann::json{{"schema", schema}}.dump();
  }

  std::map<std::string, std::string> answers;
  Rows posted;
  int32_t down = 0;
  int32_t status = 0;
};

struct Confluent {
  explicit Confluent(TextTable described) : table(std::move(described)) {
    table.options["url"] = "http://registry:8081/";
    environment.http().serve([this](const HttpRequest& request) { return registry.answer(request); });
  }
  DecodedText read(const Messages& messages, int32_t max_rows = 100) {
    return decode_messages(table, messages, max_rows, &environment);
  }
  Rows write(const std::string& rows) { return encode_messages(table, rows, &environment, "orders-value"); }

  TextTable table;
  SimulatedEnvironment environment{1};
  Registry registry;
};

std::string head(int32_t id) {
  return {'\0', static_cast<char>(id >> 24), static_cast<char>(id >> 16), static_cast<char>(id >> 8),
          static_cast<char>(id)};
}

TEST(AvroConfluent, RowsStandBehindTheIdOfTheirSchema) {
  Confluent world({"avro-confluent", "a INT NOT NULL"});
  EXPECT_EQ(world.write("1"), Rows{std::string("\0\0\0\x01\x02\x02", 6)});
  EXPECT_EQ(world.registry.posted,
            Rows{R"(/subjects/orders-value/versions {"type":"record","name":"record","namespace":)"
                 R"("org.apache.flink.avro.generated","fields":[{"name":"a","type":"int"}]})"});
}

TEST(AvroConfluent, MessagesAreReadByTheSchemaOfTheirId) {
  Confluent world({"avro-confluent", "b STRING, a BIGINT"});
  world.registry.give(1, R"({"type": "record", "name": "x", "fields": [{"name": "a", "type": "int"}]})");
  world.registry.give(66051, R"({"type": "record", "name": "y", "fields": [{"name": "b", "type": "string"},
    {"name": "a", "type": "long"}]})");
  const DecodedText out = world.read({head(1) + "\x02", head(66051) + "\x02z\x04", std::nullopt, head(1) + "\x06"});
  EXPECT_EQ(out.rows, (Rows{"10: +I[null, 1]", "11: +I[z, 2]", "13: +I[null, 3]"})) << out.error;
  EXPECT_EQ(world.environment.http().requests().size(), 2U);  // each schema once
}

TEST(AvroConfluent, ReferencesAreFetchedToo) {
  Confluent world({"avro-confluent", "a ROW<x INT>"});
  world.registry.answers["GET /schemas/ids/1"] = R"({"schema":
    "{\"type\": \"record\", \"name\": \"r\", \"fields\": [{\"name\": \"a\", \"type\": \"n.inner\"}]}",
    "references": [{"name": "n.inner", "subject": "in ner", "version": 3}]})";
  world.registry.answers["GET /subjects/in%20ner/versions/3"] =
      R"({"schema": "{\"type\": \"record\", \"name\": \"n.inner\", \"fields\": [{\"name\": \"x\", \"type\": \"int\"}]}"})";
  EXPECT_EQ(world.read({head(1) + "\x08"}).rows, Rows{"10: +I[+I[4]]"});
}

TEST(AvroConfluent, ARegistryThatIsAwayIsAskedAgain) {
  Confluent world({"avro-confluent", "a INT"});
  world.registry.give(1, R"({"type": "record", "name": "x", "fields": [{"name": "a", "type": "int"}]})");
  world.registry.down = 3;
  EXPECT_EQ(world.read({head(1) + "\x02"}).rows, Rows{"10: +I[1]"});
  EXPECT_EQ(world.environment.http().waits_ms(), (std::vector<DurationMillis>{100, 200, 400}));
  for (const int32_t status : {0, 503}) {
    world.registry.down = status == 0 ? 100 : 0;
    world.registry.status = status;
    try {
      world.read({head(1) + "\x02"});
      FAIL();
    } catch (const TransientError& error) {
      EXPECT_TRUE(has(error.what(),
                      "The schema registry gives no answer: GET http://registry:8081/schemas/ids/1, tried 6 "
                      "times; the last time: "))
          << error.what();
    }
  }
}

TEST(AvroConfluent, WhatTheRegistryRefusesIsTold) {
  Confluent world({"avro-confluent", "a INT"});
  world.registry.status = 401;
  EXPECT_TRUE(has(world.read({head(1) + "\x02"}).error,
                  "The schema registry at http://registry:8081 refuses who asks: 401 told so | Check 'basic-auth"));
  const auto written = [&] {
    try {
      world.write("1");
    } catch (const UserError& error) {
      return std::string(error.what()) + " | " + error.hint();
    }
    return std::string();
  };
  world.registry.status = 409;
  EXPECT_TRUE(has(written(), "does not take the table's schema for subject 'orders-value': it is incompatible"));
  world.registry.status = 422;
  EXPECT_TRUE(has(written(), "cannot take a schema for subject 'orders-value': 422 told so"));
  world.registry.status = 404;
  world.table.options["auto.register.schemas"] = "false";
  EXPECT_TRUE(has(written(), "does not have the table's schema under subject 'orders-value'"));
}

TEST(AvroConfluent, MessagesOfUnknownOrIncompatibleSchemasFollowThePolicy) {
  Confluent world({"avro-confluent", "a INT"});
  world.registry.give(1, R"({"type": "record", "name": "x", "fields": [{"name": "a", "type": "int"}]})");
  world.registry.give(2, R"({"type": "record", "name": "x", "fields": [{"name": "a", "type": "string"}]})");
  world.registry.give(3, "{");
  world.registry.answers["GET /schemas/ids/4"] = R"({"schema": "syntax = \"proto3\";", "schemaType": "PROTOBUF"})";
  const struct {
    std::string message;
    std::string_view part;
  } cases[] = {
      {head(9), "the schema registry at http://registry:8081 has no schema of id 9"},
      {head(2), "column 'a': string is written, which is not read as INT"},
      {head(3), "The Avro schema of id 3 cannot be read: it is no JSON"},
      {head(4), "the schema of id 4 is no Avro but \"PROTOBUF\""},
      {"\x01zzzzz", "it does not begin with the byte 0 and the id of a schema"},
      {std::string("\0\0\0", 3), "it is shorter than the 5 bytes that tell its schema"},
  };
  for (const auto& one : cases) {
    const std::string error = world.read({one.message}).error;
    EXPECT_TRUE(has(error, one.part) && has(error, "topic-0 offset 10")) << error;
  }
  world.table.errors.policy = RecordErrorPolicy::kSkip;
  const DecodedText out = world.read({head(9), head(1) + "\x02", head(2), head(1) + "\x04"});
  EXPECT_EQ(out.rows, (Rows{"11: +I[1]", "13: +I[2]"})) << out.error;
  EXPECT_EQ(out.errors_counted, 2);
}

TEST(AvroConfluent, AGivenSchemaHasDefaultsAndSymbols) {
  Confluent world({"avro-confluent", "a INT, b STRING"});
  world.table.options["schema"] = R"({"type": "record", "name": "mine", "fields": [{"name": "a", "type": "int"},
    {"name": "b", "type": {"type": "enum", "name": "e", "symbols": ["P", "Q"]}, "default": "Q"}]})";
  world.registry.give(1, R"({"type": "record", "name": "x", "fields": [{"name": "a", "type": "int"}]})");
  EXPECT_EQ(world.read({head(1) + "\x02"}).rows, Rows{"10: +I[1, Q]"});
  EXPECT_EQ(world.write("1 | Q"), Rows{head(258) + "\x02\x02"});
  EXPECT_TRUE(has(world.registry.posted[0], R"("name": "mine")"));
  EXPECT_THROW(world.write("1 | R"), UserError);
}

TEST(AvroConfluent, OptionsSayWhoAsks) {
  const struct {
    OptionMap options;
    std::string header, error;
  } cases[] = {
      {{{"basic-auth.credentials-source", "USER_INFO"}, {"basic-auth.user-info", "u:p"}}, "Basic dTpw", ""},
      {{{"url", "http://u:p@registry"}}, "Basic dTpw", ""},
      {{{"bearer-auth.credentials-source", "STATIC_TOKEN"}, {"bearer-auth.token", "t"}}, "Bearer t", ""},
      {{{"properties.basic.auth.user.info", "u:p"}}, "Basic dTpw", ""},
      {{{"basic-auth.credentials-source", "USER_INFO"}}, "", "Option 'avro-confluent.basic-auth.user-info' is missing"},
      {{{"basic-auth.credentials-source", "SASL_INHERIT"}},
       "",
       "'SASL_INHERIT' is not supported | These are: USER_INFO, URL"},
      {{{"bearer-auth.credentials-source", "OAUTHBEARER"}}, "", "These are: STATIC_TOKEN"},
      {{{"ssl.truststore.location", "/x.jks"}}, "", "Java's key stores are not read"},
      {{{"ssl.keystore.password", "x"}},
       "",
       "'avro-confluent.ssl.certificate.location' and 'avro-confluent.ssl.key.location'"},
      {{{"ssl.key.location", "/k.pem"}}, "", "go together"},
      {{{"url", "registry:8081"}}, "", "is no address"},
  };
  for (const auto& one : cases) {
    Confluent world({"avro-confluent", "a INT"});
    for (const auto& [name, value] : one.options) world.table.options[name] = value;
    world.registry.give(1, R"({"type": "record", "name": "x", "fields": [{"name": "a", "type": "int"}]})");
    const DecodedText out = world.read({head(1) + "\x02"});
    EXPECT_TRUE(has(out.error, one.error) && out.error.empty() == one.error.empty()) << out.error;
    if (!one.error.empty()) continue;
    const HttpRequest request = world.environment.http().requests().at(0);
    EXPECT_EQ(request.url.find("u:p"), std::string::npos);
    EXPECT_NE(std::ranges::find(request.headers, std::pair<std::string, std::string>("Authorization", one.header)),
              request.headers.end());
  }
}

TEST(AvroConfluent, SeveralAddressesAreAskedInTurn) {
  Confluent world({"avro-confluent", "a INT"});
  world.table.options["url"] = "http://one:1, http://two:2/";
  world.registry.give(1, R"({"type": "record", "name": "x", "fields": [{"name": "a", "type": "int"}]})");
  world.registry.down = 1;
  EXPECT_EQ(world.read({head(1) + "\x02"}).rows, Rows{"10: +I[1]"});
  EXPECT_EQ(world.environment.http().requests().at(1).url, "http://two:2/schemas/ids/1");
}

TEST(AvroConfluent, ASubjectIsNeededToWrite) {
  Confluent world({"avro-confluent", "a INT"});
  EXPECT_THROW(encode_messages(world.table, "1", &world.environment, ""), UserError);
  world.table.options["subject"] = "mine/x";
  encode_messages(world.table, "1", &world.environment, "");
  EXPECT_TRUE(has(world.registry.posted[0], "/subjects/mine%2Fx/versions "));
}

TEST(AvroConfluent, ItIsNotForFiles) {
  const std::string error = decode_text({"avro-confluent", "a INT", {{"url", "http://x"}}}, "").error;
  EXPECT_TRUE(has(error, "format 'avro-confluent' is for messages, not for files")) << error;
}

// --- Changes. ---

const std::string kEnvelope = R"({"type": "record", "name": "db.Envelope", "fields": [
  {"name": "before", "type": ["null", {"type": "record", "name": "db.Value", "fields": [
    {"name": "id", "type": "long"}, {"name": "name", "type": ["null", "string"]}]}]},
  {"name": "after", "type": ["null", "db.Value"]},
  {"name": "source", "type": {"type": "record", "name": "s", "fields": [{"name": "db", "type": "string"},
    {"name": "ts_ms", "type": "long"}, {"name": "table", "type": "string"}]}},
  {"name": "op", "type": "string"}, {"name": "ts_ms", "type": ["null", "long"]}]})";

std::string change(std::string_view before, std::string_view after, std::string_view op) {
  const std::string source = R"({"db": "shop", "ts_ms": 1000, "table": "orders"})";
  const auto row = [](std::string_view text) {
    return text == "null" ? std::string(text) : fmt::format(R"({{"db.Value": {}}})", text);
  };
  return head(5) +
         avro_bytes(
             {kEnvelope, "", "",
              fmt::format(R"({{"before": {}, "after": {}, "source": {}, "op": "{}", "ts_ms": {{"long": 2000}}}})",
                          row(before), row(after), source, op)});
}

TEST(DebeziumAvro, ChangesAreRowsWithKinds) {
  Confluent world({"debezium-avro-confluent", "id BIGINT NOT NULL, name STRING"});
  world.registry.give(5, kEnvelope);
  const std::string one = R"({"id": 1, "name": null})";
  const std::string two = R"({"id": 1, "name": {"string": "two"}})";
  const Messages messages{change("null", one, "c"), change("null", one, "r"), change(one, two, "u"), std::nullopt, "",
                          change(two, "null", "d")};
  for (const int32_t max_rows : {1, 2, 100}) {
    const DecodedText out = world.read(messages, max_rows);
    EXPECT_EQ(out.rows,
              (Rows{"10: +I[1, null]", "11: +I[1, null]", "12: -U[1, null]", "12: +U[1, two]", "15: -D[1, two]"}))
        << out.error;
  }
}

TEST(DebeziumAvro, MetadataAreOfTheMessageAndItsSource) {
  TextTable table{"debezium-avro-confluent", "id BIGINT"};
  table.metadata = {"source.table", "ingestion-timestamp", "source.timestamp", "source.database", "source.schema"};
  Confluent world(table);
  world.registry.give(5, kEnvelope);
  EXPECT_EQ(world.read({change("null", R"({"id": 1, "name": null})", "c")}).rows,
            Rows{"10: +I[1, orders, 1970-01-01T00:00:02Z, 1970-01-01T00:00:01Z, shop, null]"});
}

TEST(DebeziumAvro, BadMessagesAreTold) {
  Confluent world({"debezium-avro-confluent", "id BIGINT NOT NULL"});
  world.registry.give(5, kEnvelope);
  world.registry.give(6, R"({"type": "record", "name": "x", "fields": [{"name": "id", "type": "long"}]})");
  const std::string row = R"({"id": 1, "name": null})";
  const struct {
    std::string message;
    std::string_view part;
  } cases[] = {
      {change("null", row, "u"), "The \"before\" field of UPDATE message is null"},
      {change("null", row, "d"), "The \"before\" field of DELETE message is null"},
      {change(row, "null", "u"), "its \"after\" is null"},
      {change("null", row, "x"), "Unknown \"op\" value \"x\""},
      {change("null", row, "c") + "z", "1 bytes are left behind the record"},
      {head(6) + "\x02", "the schema of id 6 is not that of an envelope"},
      {head(5) + "\x02", "a number is cut off"},
  };
  for (const auto& one : cases)
    EXPECT_TRUE(has(world.read({one.message}).error, one.part)) << world.read({one.message}).error;
}

TEST(DebeziumAvro, WrittenAsFlinkWritesAndReadBack) {
  Confluent world({"debezium-avro-confluent", "a INT NOT NULL, b STRING"});
  const Rows written = world.write("+I | 1 | x\n-U | 1 | x\n+U | 1 | y\n-D | 1 | y");
  EXPECT_EQ(written[0], head(258) + std::string("\x02\x00\x02\x02\x02\x02x\x02\x02"
                                                "c",
                                                10));
  EXPECT_EQ(written[3], head(258) + std::string("\x02\x02\x02\x02\x02y\x00\x02\x02"
                                                "d",
                                                10));
  world.registry.give(258, world.registry.posted[0].substr(world.registry.posted[0].find(' ') + 1));
  EXPECT_EQ(world.read(as_messages(written)).rows,
            (Rows{"10: +I[1, x]", "11: -D[1, x]", "12: +I[1, y]", "13: -D[1, y]"}));
}

}  // namespace
}  // namespace tidemill
