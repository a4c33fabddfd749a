// What the user is told: where, what was found and expected, and what to do.
#include <gtest/gtest.h>

#include "sql/parser.h"
#include "tests/unit/sql/corpus.h"

namespace tidemill {
namespace {

std::string placed(const UserError& error) {
  if (!error.location()) return error.what();
  return fmt::format("{}:{} {}", error.location()->line, error.location()->column, error.what());
}

UserError error_of(std::string_view sql) {
  try {
    parse_script(sql);
  } catch (const UserError& error) {
    return error;
  }
  return UserError("no error");
}

TEST(SyntaxError, Corpus) {
  for (const corpus::ErrorEntry& entry : corpus::errors()) {
    SCOPED_TRACE(entry.sql);
    const UserError error = error_of(entry.sql);
    EXPECT_EQ(placed(error), entry.message);
    EXPECT_EQ(error.hint(), entry.hint);
  }
}

TEST(SyntaxError, ColumnsCountCodePointsAndLinesCountLineFeeds) {
  EXPECT_EQ(placed(error_of("SELECT 'é€𝄞' FROM")).substr(0, 5), "1:18 ");
  EXPECT_EQ(placed(error_of("SELECT 1\r\n  FROM\r\n\r\n WHERE")).substr(0, 4), "4:2 ");
  EXPECT_EQ(placed(error_of("/* ü\n ü */ SELEC 1")).substr(0, 4), "2:7 ");
  EXPECT_EQ(placed(error_of("\xEF\xBB\xBFSELEC 1")).substr(0, 4), "1:1 ");
}

TEST(SyntaxError, TextThatIsNoText) {
  EXPECT_EQ(placed(error_of(std::string_view("SELECT\n a\0b", 11))), "2:3 The SQL text holds a NUL byte");
  EXPECT_EQ(placed(error_of("SELECT 'ü\xFF'")), "1:10 The SQL text is not UTF-8: byte 0xFF");
  EXPECT_EQ(placed(error_of("SELECT \x01")), "1:8 Unexpected character U+0001");
  EXPECT_EQ(placed(error_of(std::string(1 << 21, ' '))),
            "The SQL text has 2097152 bytes, more than the limit of 1048576");
}

TEST(SyntaxError, LongTokensAreCutInMessages) {
  const UserError error = error_of("SELECT 1 FROM t " + std::string(1000, 'x') + " 'ää" + std::string(1000, 'y') + "'");
  EXPECT_NE(std::string(error.what()).find("found the string 'ää"), std::string::npos);
  EXPECT_LT(std::string(error.what()).size(), 200u);
}

// Every reserved word is refused as a column's name, with the advice to quote it, and accepted in back-quotes.
TEST(SyntaxError, ReservedWords) {
  for (const std::string word :
       {"VALUE", "user", "Order", "TIMESTAMP", "RESULT", "start", "METHOD", "TABLES", "HASH"}) {
    const UserError error = error_of(fmt::format("CREATE TABLE t ({} INT)", word));
    EXPECT_NE(std::string(error.what()).find("found the reserved word " + word), std::string::npos) << word;
    EXPECT_NE(error.hint().find(fmt::format("quote it with back-quotes: `{}`", word)), std::string::npos) << word;
    EXPECT_NO_THROW(parse_script(fmt::format("CREATE TABLE t (`{}` INT)", word)));
  }
  for (const std::string word :
       {"name", "type", "key", "data", "id", "status", "view", "version", "map", "first", "session"}) {
    EXPECT_NO_THROW(parse_script(fmt::format("CREATE TABLE t ({} INT)", word))) << word;
    EXPECT_NO_THROW(parse_script(fmt::format("SELECT t.{} AS {} FROM {} AS {}", word, word, word, word))) << word;
  }
}

}  // namespace
}  // namespace tidemill
