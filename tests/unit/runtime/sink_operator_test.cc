#include "runtime/sink_operator.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "data/pretty.h"
#include "env/simulated/simulated_environment.h"
#include "tests/operators/harness/operator_harness.h"

namespace tidemill {
namespace {

struct Written {
  std::string rows;
  int flushes = 0;
  std::optional<EpochMillis> flush_due;
};

class Writer final : public SinkWriter {
 public:
  explicit Writer(Written& written) : written_(written) {}
  void write(const Batch& batch) override { written_.rows += to_pretty(batch); }
  std::optional<EpochMillis> flush_due() const override { return written_.flush_due; }
  void flush() override {
    ++written_.flushes;
    written_.flush_due.reset();
  }
  void seal(int64_t) override {}
  std::vector<Committable> prepare(int64_t) override { return {}; }

 private:
  Written& written_;
};

class TestSink final : public Sink {
 public:
  TestSink(Written& written, SinkChangelog accepts) : written_(written), accepts_(accepts) {}
  SinkChangelog accepts() const override { return accepts_; }
  std::unique_ptr<SinkWriter> make_writer(Environment&, const Subtask&) const override {
    return std::make_unique<Writer>(written_);
  }
  std::unique_ptr<SinkCommitter> make_committer(Environment&, const std::string&) const override { return nullptr; }
  std::string description() const override { return "test"; }

 private:
  Written& written_;
  const SinkChangelog accepts_;
};

class SinkOperatorTest : public testing::Test {
 protected:
  OperatorHarness make(SinkChangelog accepts, SinkSpec::NotNull not_null = SinkSpec::NotNull::kError) {
    SinkSpec spec;
    spec.sink = std::make_shared<TestSink>(written_, accepts);
    spec.schema = schema_;
    spec.table = "t";
    spec.not_null = not_null;
    return OperatorHarness([this, spec] { return std::make_unique<SinkOperator>(spec, environment_.get(), Subtask{}); },
                           {.inputs = {parse_schema("k STRING, n BIGINT")}, .output = nullptr});
  }

  SimulatedEnvironment environment_{1};
  SchemaPtr schema_ = parse_schema("k STRING, n BIGINT NOT NULL");
  Written written_;
};

TEST_F(SinkOperatorTest, GivesEachSinkTheKindsThatItAccepts) {
  const std::string changes = "+I | a | 1\n-U | a | 1\n+U | a | 2\n-D | a | 2\n";
  make(SinkChangelog::kRetract).push(changes);
  EXPECT_EQ(written_.rows, changes);
  written_.rows.clear();
  make(SinkChangelog::kUpsert).push(changes);
  EXPECT_EQ(written_.rows, "+I | a | 1\n+U | a | 2\n-D | a | 2\n");
  written_.rows.clear();
  make(SinkChangelog::kUpsert).push("-U | a | 1");
  EXPECT_EQ(written_.rows, "");
  make(SinkChangelog::kAppend).push("+I | a | 1");
  EXPECT_EQ(written_.rows, "+I | a | 1\n");
  EXPECT_THROW(make(SinkChangelog::kAppend).push(changes), EngineError);  // the planner lets no such job through
}

TEST_F(SinkOperatorTest, ANullWhereTheTableForbidsItFailsOrIsLeftOut) {
  try {
    make(SinkChangelog::kAppend).push("a | 1\nb | NULL");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()),
              "Column 'n' of table t is NOT NULL, however, a null value is being written into it (in the operator)");
    EXPECT_NE(error.hint().find("not-null-enforcer"), std::string::npos);
  }
  EXPECT_EQ(written_.rows, "");
  OperatorHarness dropping = make(SinkChangelog::kAppend, SinkSpec::NotNull::kDrop);
  dropping.push("a | 1\nb | NULL\nNULL | 3");
  EXPECT_EQ(written_.rows, "+I | a | 1\n+I | NULL | 3\n");
  EXPECT_EQ(dropping.counter("numRecordsSendErrors"), 1);
}

// What real Flink writes and says; a CHAR or BINARY has exactly its length.
class SinkLengthTest : public testing::Test {
 protected:
  std::string written(const std::string& rows, SinkSpec::TypeLength mode) {
    const SchemaPtr schema = make_schema({{"a", Type::char_of(3)},
                                          {"b", Type::varchar(3)},
                                          {"c", {TypeKind::kBinary, true, 2}},
                                          {"d", {TypeKind::kVarbinary, true, 2}},
                                          {"e", Type::string()}});
    Written written;
    SinkSpec spec;
    spec.sink = std::make_shared<TestSink>(written, SinkChangelog::kRetract);
    spec.schema = schema;
    spec.table = "t";
    spec.type_length = mode;
    OperatorHarness harness([&] { return std::make_unique<SinkOperator>(spec, environment_.get(), Subtask{}); },
                            {.inputs = {schema}, .output = nullptr});
    try {
      harness.push(rows);
    } catch (const UserError& error) {
      return error.what();
    }
    return written.rows;
  }
  SimulatedEnvironment environment_{1};
};

TEST_F(SinkLengthTest, IsIgnoredUnlessAskedFor) {
  const std::string rows = "+I | €öüxy | wxyz | x'010203' | x'010203' | longest\n-D | a | b | x'01' | x'01' | c\n";
  EXPECT_EQ(written(rows, SinkSpec::TypeLength::kIgnore), rows);
}

TEST_F(SinkLengthTest, IsReachedByCuttingAndPadding) {
  EXPECT_EQ(written("€öüxy | wxyz | x'010203' | x'010203' | longest\n"
                    "-D | a | b | x'01' | x'01' | c\n"
                    "NULL | NULL | NULL | NULL | NULL\n",
                    SinkSpec::TypeLength::kTrimPad),
            "+I | €öü | wxy | x'0102' | x'0102' | longest\n"
            "-D | 'a  ' | b | x'0100' | x'01' | c\n"
            "+I | NULL | NULL | NULL | NULL | NULL\n");
}

TEST_F(SinkLengthTest, IsEnforcedByAnErrorThatNamesColumnAndLength) {
  const auto error = [&](const std::string& row) { return written(row, SinkSpec::TypeLength::kError); };
  const std::string fits = "abc | xy | x'0102' | x'01' | longest";
  EXPECT_EQ(error(fits), "+I | " + fits + "\n");
  EXPECT_EQ(error("NULL | NULL | NULL | NULL | NULL"), "+I | NULL | NULL | NULL | NULL | NULL\n");
  const std::string expected = "Column '{}' of table t is {}, however, a {} of length {} is being written into it";
  const auto contains = [&](const std::string& row, const std::string& text) {
    EXPECT_NE(error(row).find(text), std::string::npos) << error(row);
  };
  contains("€öüxy | xy | x'0102' | x'01' | s", fmt::format(fmt::runtime(expected), "a", "CHAR(3)", "string", 5));
  contains("ab | xy | x'0102' | x'01' | s", fmt::format(fmt::runtime(expected), "a", "CHAR(3)", "string", 2));
  contains("abc | wxyz | x'0102' | x'01' | s", fmt::format(fmt::runtime(expected), "b", "VARCHAR(3)", "string", 4));
  contains("abc | xy | x'01' | x'01' | s", fmt::format(fmt::runtime(expected), "c", "BINARY(2)", "binary value", 1));
  contains("abc | xy | x'0102' | x'010203' | s",
           fmt::format(fmt::runtime(expected), "d", "VARBINARY(2)", "binary value", 3));
}

TEST_F(SinkOperatorTest, FlushesWhenDueAtBarriersAndAtTheEnd) {
  OperatorHarness harness = make(SinkChangelog::kAppend);
  written_.flush_due = 500;
  harness.set_time(499);
  EXPECT_EQ(written_.flushes, 0);
  harness.set_time(500);
  EXPECT_EQ(written_.flushes, 1);
  harness.barrier(BarrierKind::kPublish);
  EXPECT_EQ(written_.flushes, 2);
  harness.finish();
  EXPECT_EQ(written_.flushes, 3);
}

}  // namespace
}  // namespace tidemill
