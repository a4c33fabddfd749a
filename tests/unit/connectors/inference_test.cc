#include "connectors/filesystem/inference.h"

#include <gtest/gtest.h>

#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

class InferenceTest : public testing::Test {
 protected:
  // Returns "a BIGINT, b STRING WITH format=json, …", options in name order without connector and path.
  std::string infer(const std::string& path, const std::string& text) {
    world_.files().put(path, text);
    return describe(path);
  }
  std::string describe(const std::string& path) {
    try {
      const InferredTable table = infer_table(world_.get(), path, test_formats());
      std::string out;
      for (const Field& field : table.columns)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", field.name, field.type.to_string());
      out += " WITH";
      for (const auto& [name, value] : table.options)
        if (name != "connector" && name != "path") out += fmt::format(" {}={}", name, value);
      return out;
    } catch (const UserError& error) {
      return std::string(error.what()) + " | " + error.hint();
    }
  }

  SimulatedEnvironment world_{1};
};

TEST_F(InferenceTest, JsonTypes) {
  EXPECT_EQ(
      infer("a.jsonl",
            "{\"i\":1,\"d\":1,\"b\":true,\"s\":\"x\",\"n\":null,\"o\":{\"x\":1}}\n\n"
            "{\"d\":1.5,\"i\":-2,\"l\":[1],\"mixed\":1,\"big\":18446744073709551615}\n"
            "{\"mixed\":\"one\",\"date\":\"2020-01-31\",\"code\":\"007\"}\n"),
      "i BIGINT, d DOUBLE, b BOOLEAN, s STRING, n STRING, o STRING, l STRING, mixed STRING, big STRING, date DATE, "
      "code STRING WITH format=json");
  EXPECT_EQ(infer("a.json", "[{\"a\":1},{\"b\":2}]"), "a BIGINT, b BIGINT WITH format=json");
}

TEST_F(InferenceTest, JsonTimestamps) {
  EXPECT_EQ(infer("a.jsonl", "{\"t\":\"2020-01-31 10:00:00\",\"u\":\"2020-01-31 10:00:00.123456\"}\n"),
            "t TIMESTAMP(3), u TIMESTAMP(6) WITH format=json");
  EXPECT_EQ(infer("a.jsonl", "{\"t\":\"2020-01-31T10:00:00Z\",\"u\":\"2020-01-31T10:00\"}\n"),
            "t TIMESTAMP_LTZ(3), u TIMESTAMP(3) WITH format=json json.timestamp-format.standard=ISO-8601");
  EXPECT_EQ(infer("a.jsonl", "{\"t\":\"2020-01-31T10:00:00Z\"}\n{\"t\":\"2020-01-31\"}\n"),
            "t STRING WITH format=json");
}

TEST_F(InferenceTest, CsvTypesHeadersAndDelimiters) {
  EXPECT_EQ(infer("a.csv", "id,name,price,when\n1,x,1.5,2020-01-31 10:00:00\n2,\"y, z\",2,2020-01-31 11:00:00\n"),
            "id BIGINT, name STRING, price DOUBLE, when TIMESTAMP(3) WITH csv.header=true format=csv");
  EXPECT_EQ(infer("a.csv", "1,x,007\n2,,008\n"), "f0 BIGINT, f1 STRING, f2 STRING WITH csv.null-literal= format=csv");
  EXPECT_EQ(infer("a.csv", "a;b\n1;2,5\n"), "a BIGINT, b STRING WITH csv.field-delimiter=; csv.header=true format=csv");
  EXPECT_EQ(infer("a.tsv", "a\tb\n1\ttrue\n"),
            "a BIGINT, b BOOLEAN WITH csv.field-delimiter=\\t csv.header=true format=csv");
  EXPECT_EQ(infer("a.csv", "name\nx\n"), "name STRING WITH csv.header=true format=csv");
}

TEST_F(InferenceTest, TellsTheFormatByNameOrContent) {
  EXPECT_EQ(infer("part-0", " {\"a\":1}\n"), "a BIGINT WITH format=json");
  EXPECT_EQ(infer("part-1", "1,2\n"), "f0 BIGINT, f1 BIGINT WITH format=csv");
  EXPECT_EQ(infer("notes.txt", "hello\n"),
            "The format of 'notes.txt' cannot be told | Name the file .jsonl or .csv, or declare the table with CREATE "
            "TABLE and 'format'.");
}

TEST_F(InferenceTest, SaysWhyThereIsNothingToInfer) {
  EXPECT_EQ(
      infer("a.jsonl", ""),
      "Columns cannot be inferred from 'a.jsonl': the file is empty | Declare them with CREATE TABLE: an empty file "
      "is then a table without rows.");
  EXPECT_EQ(
      infer("a.jsonl", "{\"a\":1}\n{\"a\":\n"),
      "Columns cannot be inferred from 'a.jsonl': line 2 is not JSON: the line ends where a value should come | A "
      "record must be one line: rewrite the file with `jq -c . FILE` (an array: `jq -c '.[]' FILE`).");
  EXPECT_EQ(
      infer("a.csv", "a,b\n1,2\n3\n"),
      "Columns cannot be inferred from 'a.csv': line 3 has 1 fields, line 1 has 2 | Declare the table with CREATE "
      "TABLE, and choose a 'record.error-policy'.");
  EXPECT_EQ(describe("missing.csv"),
            "No file or directory 'missing.csv' | A relative path starts at the working directory.");
  EXPECT_EQ(describe("missing/*.csv"),
            "No file matches 'missing/*.csv' | A relative path starts at the working directory.");
  world_.files().create_directories("none");
  EXPECT_EQ(describe("none"), "Directory 'none' holds no files | Files whose names start with . or _ are not read.");
}

TEST_F(InferenceTest, WhatIsInferredCanBeRead) {
  world_.files().create_directories("data");
  world_.files().put("data/1.jsonl", "");
  world_.files().put("data/2.jsonl", "{\"at\":\"2020-01-31T10:00:00\",\"n\":1}\n");
  const InferredTable inferred = infer_table(world_.get(), "data/*.jsonl", test_formats());
  TableDescription table;
  table.name = "t";
  table.physical = make_schema(inferred.columns);
  table.options = inferred.options;
  table.projection = {0, 1};
  const auto source = test_connectors().of_table(table.options).make_source(table, test_formats());
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
  EXPECT_EQ(read(*reader), "data/2.jsonl:1 +I[2020-01-31T10:00, 1]\n");
}

}  // namespace
}  // namespace tidemill
