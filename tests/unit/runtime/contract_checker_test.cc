#include "runtime/contract_checker.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "data/pretty.h"

namespace tidemill {
namespace {

class Nothing final : public EventTarget {
 public:
  void accept(Event) override { ++events; }
  int32_t events = 0;
};

class ContractCheckerTest : public testing::Test {
 protected:
  Batch rows(const std::string& text) { return parse_batch(schema_, text); }
  std::string broken(ContractChecker& checker, Event event) {
    try {
      checker.accept(std::move(event));
    } catch (const EngineError& error) {
      return error.what();
    }
    return "";
  }
  static bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  SchemaPtr schema_ = parse_schema("k STRING NOT NULL, n BIGINT");
  Nothing behind_;
  ContractChecker checker_{"Op", schema_, true, behind_};
};

TEST_F(ContractCheckerTest, PassesWhatKeepsTheContract) {
  checker_.accept(rows("+I | a | 1\n+I | a | 1\n-U | a | 1\n+U | a | 2"));
  checker_.accept(rows("-D | a | 1\n-D | a | 2"));
  checker_.accept(Watermark{5});
  checker_.accept(Barrier{1});
  checker_.accept(Idleness{true});
  checker_.accept(Watermark{kMaxWatermark});
  checker_.accept(EndOfInput{});
  EXPECT_EQ(behind_.events, 7);
}

TEST_F(ContractCheckerTest, FindsARetractionOfARowThatIsNotThere) {
  checker_.accept(rows("+I | a | 1\n-D | a | 1"));
  EXPECT_TRUE(mentions(broken(checker_, rows("-D | a | 1")), "Op took back a row that it had not sent: -D | a | 1"));
}

TEST_F(ContractCheckerTest, FindsAWatermarkThatDoesNotRise) {
  checker_.accept(Watermark{5});
  EXPECT_TRUE(mentions(broken(checker_, Watermark{5}), "sent watermark 5 after 5"));
  EXPECT_TRUE(mentions(broken(checker_, Watermark{4}), "sent watermark 4 after 5"));
}

TEST_F(ContractCheckerTest, FindsAnythingAfterTheEnd) {
  checker_.accept(EndOfInput{});
  EXPECT_TRUE(mentions(broken(checker_, rows("a | 1")), "after the end"));
}

TEST_F(ContractCheckerTest, FindsAnotherSchemaAndForbiddenNulls) {
  const Batch narrow = parse_batch(parse_schema("k STRING"), "a");
  EXPECT_TRUE(mentions(broken(checker_, narrow), "sent 1 columns, not 2"));
  const Batch other = parse_batch(parse_schema("k STRING, n INT"), "a | 1");
  EXPECT_TRUE(mentions(broken(checker_, other), "sent column 'n' as INT, not BIGINT"));
  const Batch null = parse_batch(parse_schema("k STRING, n BIGINT"), "NULL | 1");
  EXPECT_TRUE(mentions(broken(checker_, null), "sent NULL in column 'k'"));
  const Batch empty(schema_, {rows("a | 1").column(0)->slice(0, 0), rows("a | 1").column(1)->slice(0, 0)}, 0);
  EXPECT_TRUE(mentions(broken(checker_, empty), "empty batch"));
}

TEST_F(ContractCheckerTest, AfterARestoreRetractionsAreNotJudged) {
  ContractChecker restored("Op", schema_, false, behind_);
  restored.accept(rows("-D | a | 1"));
  EXPECT_EQ(behind_.events, 1);
}

}  // namespace
}  // namespace tidemill
