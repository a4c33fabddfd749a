#include "operators/filter_project.h"

#include <gtest/gtest.h>

#include "functions/all.h"
#include "operators/make_operator.h"
#include "operators/source_projection.h"
#include "runtime/operator_counters.h"
#include "tests/operators/harness/operator_case.h"

namespace tidemill {
namespace {

class Expressions {
 public:
  explicit Expressions(std::string_view schema) : schema_(parse_schema(schema)) {
    register_builtin_functions(functions_);
  }
  const SchemaPtr& schema() const { return schema_; }
  ExpressionPtr column(std::string_view name) const {
    const int32_t index = *schema_->index_of(name);
    return make_column(index, schema_->field(index).type);
  }
  ExpressionPtr call(std::string_view name, std::vector<ExpressionPtr> arguments) const {
    return functions_.resolve(name, std::move(arguments), {});
  }
  static ExpressionPtr number(int32_t value) { return make_literal(Value::integer(value)); }

 private:
  SchemaPtr schema_;
  FunctionRegistry functions_;
};

OperatorCase case_of(const Expressions& in, const FilterProjectSpec& spec) {
  return OperatorCase([spec] { return make_operator(spec); }, {.inputs = {in.schema()}, .output = spec.schema});
}

TEST(FilterProject, KeepsRowsForWhichThePredicateIsTrueWithTheirKinds) {
  const Expressions in("k STRING, x INT, y INT");
  FilterProjectSpec spec;
  spec.predicate = in.call(">", {in.column("x"), in.number(1)});
  spec.projections = {in.call("+", {in.column("x"), in.number(10)}), in.column("k")};
  spec.schema = parse_schema("sum INT, k STRING");
  OperatorCase test = case_of(in, spec);
  test.compare_by({1});
  test.rows("+I | a | 1 | 0\n +I | b | 2 | 0\n -U | b | 2 | 0\n +U | b | 3 | 0\n +I | c | NULL | 0\n -D | b | 3 | 0");
  test.expect("+I | 12 | b\n -U | 12 | b\n +U | 13 | b\n -D | 13 | b");
  test.run();
}

TEST(FilterProject, PassesColumnsOnHoweverManyRowsPass) {
  const Expressions in("k STRING, x INT, y INT");
  for (const int32_t least : {0, 1, 4, 5}) {  // all rows, most, some, one
    FilterProjectSpec spec;
    spec.predicate = in.call(">=", {in.column("x"), in.number(least)});
    spec.projections = {in.column("k"), in.column("y"), in.column("x"), in.column("k")};
    spec.schema = parse_schema("k STRING, y INT, x INT, again STRING");
    OperatorCase test = case_of(in, spec);
    test.compare_by({});
    std::string rows, expected;
    for (int32_t x = 0; x < 6; ++x) {
      const std::string text = x % 2 == 0 ? "a text that is longer than twelve bytes" : "NULL";
      const std::string number = x == 5 ? "NULL" : fmt::format("{}", x * 10);
      rows += fmt::format("{} | {} | {}\n", text, x, number);
      if (x >= least) expected += fmt::format("{} | {} | {} | {}\n", text, number, x, text);
    }
    test.rows(rows);
    test.expect(expected);
    test.run();
  }
}

TEST(FilterProject, ProjectionsAreNotEvaluatedForRowsThatDoNotPass) {
  const Expressions in("k STRING, x INT, y INT");
  FilterProjectSpec spec;
  spec.predicate = in.call("<>", {in.column("y"), in.number(0)});
  spec.projections = {in.call("/", {in.column("x"), in.column("y")})};
  spec.schema = parse_schema("q INT");
  OperatorCase test = case_of(in, spec);
  test.rows("a | 7 | 2\n a | 1 | 0\n a | 9 | 3");
  test.expect("3\n 3");
  test.run();

  spec.predicate = nullptr;
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {in.schema()}});
  EXPECT_THROW(harness.push("a | 1 | 0"), UserError);
}

TEST(FilterProject, PassesColumnsOnWithoutCopyingWhereAllRowsPass) {
  const Expressions in("k STRING, x INT, y INT");
  FilterProjectSpec spec;
  spec.predicate = in.call(">", {in.column("x"), in.number(0)});
  spec.projections = {in.column("y"), in.column("k")};
  spec.schema = parse_schema("y INT, k STRING");
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {in.schema()}});
  const Batch batch = parse_batch(in.schema(), "a | 1 | 5\n b | 2 | 6");
  harness.push(batch);
  ASSERT_EQ(harness.batches().size(), 1U);
  EXPECT_EQ(harness.batches()[0].column(0), batch.column(2));
  EXPECT_EQ(harness.batches()[0].column(1), batch.column(0));
  harness.push("c | 0 | 7");
  EXPECT_EQ(harness.batches().size(), 1U);  // nothing passed: no empty batch
}

TEST(FilterProject, RowsKeepWhatTheirSplitKnewAndWhereTheyWereRead) {
  const Expressions in("k STRING, x INT, y INT");
  FilterProjectSpec spec;
  spec.predicate = in.call(">", {in.column("x"), in.number(1)});
  spec.projections = {in.column("x")};
  spec.schema = parse_schema("x INT");
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {in.schema()}});
  Batch batch = parse_batch(in.schema(), "a | 1 | 0\n a | 2 | 0\n a | 3 | 0");
  RowProgress progress;
  progress.from_split = true;
  progress.watermarks = std::make_shared<const std::vector<EpochMillis>>(std::vector<EpochMillis>{5, 6, 7});
  batch.set_progress(progress);
  batch.set_origin({std::make_shared<const std::string>("file"), 100, nullptr});
  harness.push(batch);
  ASSERT_EQ(harness.batches().size(), 1U);
  const Batch& out = harness.batches()[0];
  EXPECT_TRUE(out.progress().from_split);
  EXPECT_EQ(out.progress().at(0), 6);
  EXPECT_EQ(out.progress().at(1), 7);
  EXPECT_EQ(out.origin().at(1), 102);
}

TEST(UnionAll, PassesRowsUnderItsOwnNames) {
  UnionSpec spec{parse_schema("name STRING")};
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {parse_schema("k STRING")}});
  harness.push("+I | a\n -D | a");
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | a", "-D | a"}));
  EXPECT_EQ(harness.batches()[0].schema()->field(0).name, "name");
}

SourceSpec source_of(const Expressions& in, SourceSpec::NullRowtime policy) {
  SourceSpec spec;
  spec.table = "t";
  spec.schema = in.schema();
  spec.rowtime = 1;
  spec.null_rowtime = policy;
  spec.watermark = in.call("-", {in.column("ts"), make_literal(Value::of(Type::interval_day_time(), int64_t{1000}))});
  return spec;
}

constexpr std::string_view kRowsWithNullTime = "a | T5000\n b | NULL\n c | T3000";

TEST(SourceProjection, GivesTheWatermarkExpressionOfEachRow) {
  const Expressions in("k STRING, ts TIMESTAMP(3)");
  OperatorCounters counters;
  const SourceProjection projection(source_of(in, SourceSpec::NullRowtime::kDrop));
  const ProjectedRows rows = projection.project(parse_batch(in.schema(), kRowsWithNullTime), {}, counters);
  EXPECT_EQ(rows.batch.num_rows(), 2);
  EXPECT_EQ(rows.watermarks, (std::vector<EpochMillis>{4000, 2000}));
  EXPECT_EQ(counters.value("numNullRowtimeRecordsDropped"), 1);
}

TEST(SourceProjection, ARowWithoutTimeCanPassWithoutAWatermark) {
  const Expressions in("k STRING, ts TIMESTAMP(3)");
  OperatorCounters counters;
  const SourceProjection projection(source_of(in, SourceSpec::NullRowtime::kSkipWatermark));
  const ProjectedRows rows = projection.project(parse_batch(in.schema(), kRowsWithNullTime), {}, counters);
  EXPECT_EQ(rows.batch.num_rows(), 3);
  EXPECT_EQ(rows.watermarks, (std::vector<EpochMillis>{4000, kNoWatermark, 2000}));
  EXPECT_EQ(counters.value("numNullRowtimeRecordsSkipped"), 1);
  const ProjectedRows none = projection.project(parse_batch(in.schema(), "a | NULL"), {}, counters);
  EXPECT_EQ(none.watermarks, (std::vector<EpochMillis>{kNoWatermark}));
}

TEST(SourceProjection, ARowWithoutTimeIsAnErrorThatNamesIt) {
  const Expressions in("k STRING, ts TIMESTAMP(3)");
  OperatorCounters counters;
  const SourceProjection projection(source_of(in, SourceSpec::NullRowtime::kFail));
  try {
    projection.project(parse_batch(in.schema(), kRowsWithNullTime), {}, counters);
    FAIL() << "took a NULL event time";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("'ts' of table t"), std::string::npos) << error.what();
  }
}

TEST(SourceProjection, ComputesColumns) {
  const Expressions in("k STRING, x INT");
  SourceSpec spec;
  spec.table = "t";
  spec.projections = {in.column("x"), in.call("*", {in.column("x"), in.number(2)})};
  spec.schema = parse_schema("x INT, twice INT");
  OperatorCounters counters;
  const ProjectedRows rows = SourceProjection(spec).project(parse_batch(in.schema(), "a | 4"), {}, counters);
  EXPECT_EQ(to_pretty(rows.batch), "+I | 4 | 8\n");
  EXPECT_TRUE(rows.watermarks.empty());
}

}  // namespace
}  // namespace tidemill
