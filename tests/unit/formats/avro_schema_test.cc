// tests/unit/formats/avro_schema_test.cc - schemas of Avro, read and refused.
#include "formats/avro/avro_schema.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "data/pretty.h"
#include "formats/avro/avro_table_schema.h"

namespace tidemill {
namespace {

std::string error_of(std::string_view json) {
  try {
    AvroSchema::parse(json, "of the test");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(AvroSchema, NamesAreResolvedInTheirNamespace) {
  const AvroSchemaPtr schema = AvroSchema::parse(R"({
    "type": "record", "name": "outer", "namespace": "a.b", "aliases": ["old", "c.older"],
    "fields": [
      {"name": "x", "type": {"type": "enum", "name": "e", "symbols": ["P", "Q"]}},
      {"name": "y", "type": {"type": "fixed", "name": "z.f", "size": 4}},
      {"name": "again", "type": "e"},
      {"name": "full", "type": "a.b.e"},
      {"name": "self", "type": ["null", "outer"]},
      {"name": "inner", "type": {"type": "record", "name": "q.inner", "fields": [
        {"name": "deep", "type": {"type": "enum", "name": "e", "symbols": ["R"]}}]}}]})",
                                                 "of the test");
  const AvroType& root = schema->root();
  EXPECT_EQ(root.name, "a.b.outer");
  EXPECT_EQ(root.aliases, (std::vector<std::string>{"a.b.old", "c.older"}));
  EXPECT_EQ(root.fields[0].type->name, "a.b.e");
  EXPECT_EQ(root.fields[1].type->name, "z.f");
  EXPECT_EQ(root.fields[2].type, root.fields[0].type);
  EXPECT_EQ(root.fields[3].type, root.fields[0].type);
  EXPECT_EQ(root.fields[4].type->parts[1], &root);
  EXPECT_EQ(root.fields[5].type->fields[0].type->name, "q.e");
  EXPECT_EQ(root.bytes_min, 1 + 4 + 1 + 1 + 1 + 1);
}

TEST(AvroSchema, LogicalTypesThatTheirTypeCannotHaveAreNone) {
  const struct {
    std::string_view json;
    AvroLogical logical;
  } cases[] = {
      {R"({"type": "int", "logicalType": "date"})", AvroLogical::kDate},
      {R"({"type": "long", "logicalType": "date"})", AvroLogical::kNone},
      {R"({"type": "int", "logicalType": "time-millis"})", AvroLogical::kTimeMillis},
      {R"({"type": "long", "logicalType": "time-micros"})", AvroLogical::kTimeMicros},
      {R"({"type": "long", "logicalType": "timestamp-nanos"})", AvroLogical::kTimestampNanos},
      {R"({"type": "long", "logicalType": "local-timestamp-micros"})", AvroLogical::kLocalTimestampMicros},
      {R"({"type": "string", "logicalType": "uuid"})", AvroLogical::kUuid},
      {R"({"type": "long", "logicalType": "somebody's own"})", AvroLogical::kNone},
      {R"({"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2})", AvroLogical::kDecimal},
      {R"({"type": "bytes", "logicalType": "decimal", "precision": 10})", AvroLogical::kDecimal},
      {R"({"type": "bytes", "logicalType": "decimal", "precision": 0})", AvroLogical::kNone},
      {R"({"type": "bytes", "logicalType": "decimal", "precision": 3, "scale": 4})", AvroLogical::kNone},
      {R"({"type": "bytes", "logicalType": "decimal"})", AvroLogical::kNone},
      {R"({"type": "fixed", "name": "f", "size": 4, "logicalType": "decimal", "precision": 9})", AvroLogical::kDecimal},
      {R"({"type": "fixed", "name": "f", "size": 4, "logicalType": "decimal", "precision": 10})", AvroLogical::kNone},
      {R"({"type": "fixed", "name": "f", "size": 12, "logicalType": "duration"})", AvroLogical::kDuration},
      {R"({"type": "fixed", "name": "f", "size": 11, "logicalType": "duration"})", AvroLogical::kNone},
  };
  for (const auto& one : cases) EXPECT_EQ(AvroSchema::parse(one.json, "x")->root().logical, one.logical) << one.json;
}

TEST(AvroSchema, WhatIsWrongIsTold) {
  const struct {
    std::string_view json, part;
  } cases[] = {
      {"{", "it is no JSON"},
      {"5", "5 is no type"},
      {"{}", "an object has no \"type\""},
      {"\"integer\"", "there is no type \"integer\""},
      {R"({"type": "record", "name": "r"})", "record r has no \"fields\""},
      {R"({"type": "record", "name": "1r", "fields": []})", "\"1r\" is no name"},
      {R"({"type": "record", "name": "a..r", "fields": []})", "\"a..r\" is no name"},
      {R"({"type": "record", "fields": []})", "has no \"name\""},
      {R"({"type": "record", "name": "r", "fields": [{"name": "a b", "type": "int"}]})", "\"a b\" in r is no name"},
      {R"({"type": "record", "name": "r", "fields": [{"name": "a"}]})", "field \"a\" of r has no \"type\""},
      {R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}]})",
       "record r has two fields \"a\""},
      {R"([{"type": "fixed", "name": "f", "size": 1}, {"type": "fixed", "name": "f", "size": 2}])",
       "\"f\" is defined twice"},
      {R"({"type": "fixed", "name": "f", "size": -1})", "fixed f has no \"size\""},
      {R"({"type": "enum", "name": "e", "symbols": ["A", "A"]})", "enum e has the symbol \"A\" twice"},
      {R"({"type": "enum", "name": "e", "symbols": ["A"], "default": "B"})", "is none of its symbols"},
      {R"({"type": "enum", "name": "e", "symbols": ["a-b"]})", "a symbol of enum e is no name"},
      {R"({"type": "array"})", "array has no \"items\""},
      {R"({"type": "map"})", "map has no \"values\""},
      {"[]", "a union is empty"},
      {R"(["int", "int"])", "a union holds int twice"},
      {R"(["null", ["int"]])", "a union holds a union"},
  };
  for (const auto& one : cases)
    EXPECT_TRUE(has(error_of(one.json), one.part)) << one.json << "\n" << error_of(one.json);
}

TEST(AvroSchema, DepthHasALimit) {
  std::string deep = "\"int\"";
  for (int32_t i = 0; i < kAvroDepthMax - 1; ++i) deep = R"({"type": "array", "items": )" + deep + "}";
  EXPECT_EQ(error_of(deep), "");
  EXPECT_TRUE(has(error_of(R"({"type": "array", "items": )" + deep + "}"), "deep in each other"));
  EXPECT_TRUE(has(error_of(std::string(100000, '[')), "too deep"));
}

// --- The schema of a table: expected texts are what Flink 2.x makes (AvroSchemaConverter). ---

std::string schema_of(std::string_view columns, bool legacy = true) {
  try {
    return avro_schema_of(parse_schema(std::string(columns))->fields(), "t", {legacy, "avro.legacy"});
  } catch (const UserError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
}

// Returns the type of the only column.
std::string type_of(std::string_view type, bool legacy = true) {
  const std::string schema = schema_of("a " + std::string(type), legacy);
  const std::string_view before = R"({"type":"record","name":"record","namespace":"org.apache.flink.avro.generated",)"
                                  R"("fields":[{"name":"a","type":)";
  if (!schema.starts_with(before)) return schema;
  return schema.substr(before.size(), schema.size() - before.size() - 3);
}

TEST(AvroTableSchema, TypesAreFlinks) {
  const struct {
    std::string_view type, schema;
  } cases[] = {
      {"BOOLEAN NOT NULL", R"("boolean")"},
      {"TINYINT NOT NULL", R"("int")"},
      {"SMALLINT NOT NULL", R"("int")"},
      {"INT NOT NULL", R"("int")"},
      {"BIGINT NOT NULL", R"("long")"},
      {"FLOAT NOT NULL", R"("float")"},
      {"DOUBLE NOT NULL", R"("double")"},
      {"CHAR(3) NOT NULL", R"("string")"},
      {"VARCHAR(3) NOT NULL", R"("string")"},
      {"STRING NOT NULL", R"("string")"},
      {"BYTES NOT NULL", R"("bytes")"},
      {"DATE NOT NULL", R"({"type":"int","logicalType":"date"})"},
      {"TIME(0) NOT NULL", R"({"type":"int","logicalType":"time-millis"})"},
      {"TIMESTAMP(3) NOT NULL", R"({"type":"long","logicalType":"timestamp-millis"})"},
      {"DECIMAL(10, 2) NOT NULL", R"({"type":"bytes","logicalType":"decimal","precision":10,"scale":2})"},
      {"INT", R"(["null","int"],"default":null)"},
      {"ARRAY<INT> NOT NULL", R"({"type":"array","items":["null","int"]})"},
      {"ARRAY<INT NOT NULL>", R"(["null",{"type":"array","items":"int"}],"default":null)"},
      {"MAP<STRING, BIGINT> NOT NULL", R"({"type":"map","values":["null","long"]})"},
      {"MULTISET<STRING> NOT NULL", R"({"type":"map","values":["null","int"]})"},
      {"ROW<b INT NOT NULL, c ROW<d INT>> NOT NULL",
       R"({"type":"record","name":"record_a","fields":[{"name":"b","type":"int"},{"name":"c","type":["null",)"
       R"({"type":"record","name":"record_a_c","fields":[{"name":"d","type":["null","int"],"default":null}]}],)"
       R"("default":null}]})"},
  };
  for (const auto& one : cases) EXPECT_EQ(type_of(one.type), one.schema) << one.type;
}

TEST(AvroTableSchema, TimestampsFollowTheMapping) {
  const auto logical = [](std::string_view name) {
    return fmt::format(R"({{"type":"long","logicalType":"{}"}})", name);
  };
  EXPECT_EQ(type_of("TIMESTAMP(0) NOT NULL"), logical("timestamp-millis"));
  EXPECT_EQ(type_of("TIMESTAMP(3) NOT NULL", false), logical("local-timestamp-millis"));
  EXPECT_EQ(type_of("TIMESTAMP(6) NOT NULL", false), logical("local-timestamp-micros"));
  EXPECT_EQ(type_of("TIMESTAMP(9) NOT NULL", false), logical("local-timestamp-nanos"));
  EXPECT_EQ(type_of("TIMESTAMP_LTZ(3) NOT NULL", false), logical("timestamp-millis"));
  EXPECT_EQ(type_of("TIMESTAMP_LTZ(6) NOT NULL", false), logical("timestamp-micros"));
  EXPECT_EQ(type_of("TIMESTAMP_LTZ(9) NOT NULL", false), logical("timestamp-nanos"));
}

TEST(AvroTableSchema, WhatAvroCannotHoldIsNamed) {
  const struct {
    std::string_view columns, part;
  } cases[] = {
      {"b INT, a TIMESTAMP(6)",
       "Column 'a' of table 't': Avro cannot hold TIMESTAMP(6) | Declare it TIMESTAMP(3), the most"},
      {"a TIMESTAMP(6)", "'avro.legacy' = 'false'"},
      {"a TIMESTAMP_LTZ(3)",
       "Avro cannot hold TIMESTAMP_LTZ(3) | Declare it TIMESTAMP(3), or set 'avro.legacy' = 'false'"},
      {"a TIME(6)", "Declare it TIME(3)"},
      {"a MAP<INT, INT>", "Keys of Avro's maps are strings"},
      {"a ROW<b MAP<INT, INT>>", "Column 'a' of table 't': Avro cannot hold MAP<INT, INT>"},
      {"a VARIANT", "use PARSE_JSON"},
  };
  for (const auto& one : cases) EXPECT_TRUE(has(schema_of(one.columns), one.part)) << schema_of(one.columns);
}

TEST(AvroTableSchema, NamesMustBeAvros) {
  try {
    avro_schema_of({{"a b", Type::integer()}}, "t", {});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_TRUE(has(error.what(), "Column 'a b' of table 't': 'a b' is no name in Avro"));
  }
}

TEST(AvroTableSchema, EnvelopesAreNullOrARecord) {
  EXPECT_EQ(
      avro_envelope_of(parse_schema("a INT NOT NULL")->fields(), "t", {}, {}),
      R"(["null",{"type":"record","name":"record","namespace":"org.apache.flink.avro.generated","fields":[)"
      R"({"name":"before","type":["null",{"type":"record","name":"record_before","fields":[{"name":"a","type":"int"}]}],"default":null},)"
      R"({"name":"after","type":["null",{"type":"record","name":"record_after","fields":[{"name":"a","type":"int"}]}],"default":null},)"
      R"({"name":"op","type":["null","string"],"default":null}]}])");
}

}  // namespace
}  // namespace tidemill
