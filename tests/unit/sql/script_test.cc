// Scripts: statements with their source text, and going on behind errors.
#include <gtest/gtest.h>

#include "sql/parser.h"

namespace tidemill {
namespace {

std::vector<std::string> texts(const std::vector<ast::StatementPtr>& statements) {
  std::vector<std::string> texts;
  for (const ast::StatementPtr& statement : statements) texts.push_back(statement->text);
  return texts;
}

std::vector<std::string> places(const std::vector<UserError>& errors) {
  std::vector<std::string> places;
  for (const UserError& error : errors) {
    places.push_back(fmt::format("{}:{} {}", error.location()->line, error.location()->column, error.what()));
  }
  return places;
}

using Strings = std::vector<std::string>;

TEST(Script, StatementsHaveTheirExactTextAndPlace) {
  const auto statements = parse_script(
      "-- first\nSELECT  1 ;;\n ; /* x */ SET 'a;b' = 'c' -- end\n;\nINSERT INTO t\n  VALUES (1) -- no semicolon\n");
  EXPECT_EQ(texts(statements), (Strings{"SELECT  1", "SET 'a;b' = 'c'", "INSERT INTO t\n  VALUES (1)"}));
  EXPECT_EQ(statements[0]->location, (SourceLocation{2, 1}));
  EXPECT_EQ(statements[1]->location, (SourceLocation{3, 12}));
  EXPECT_EQ(statements[2]->location, (SourceLocation{5, 1}));
}

TEST(Script, EmptyScriptsHaveNoStatements) {
  EXPECT_TRUE(parse_script("").empty());
  EXPECT_TRUE(parse_script(" \n;; -- comment").empty());
  EXPECT_TRUE(parse_script("/* comment */").empty());
}

TEST(Script, InnerStatementsHaveTheirTextToo) {
  const auto statements = parse_script(
      "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1 ; INSERT INTO b SELECT 2; END; EXPLAIN PLAN FOR  SELECT 3;"
      "CREATE VIEW v AS (SELECT  4) ;");
  const auto& set = statements.at(0)->as<ast::StatementSet>();
  EXPECT_EQ(set.text, "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1 ; INSERT INTO b SELECT 2; END");
  ASSERT_EQ(set.inserts.size(), 2u);
  EXPECT_EQ(set.inserts[0]->text, "INSERT INTO a SELECT 1");
  EXPECT_EQ(set.inserts[1]->text, "INSERT INTO b SELECT 2");
  EXPECT_EQ(statements.at(1)->as<ast::Explain>().statement->text, "SELECT 3");
  EXPECT_EQ(statements.at(2)->as<ast::CreateView>().query_text, "(SELECT  4)");
}

TEST(Script, AllErrorsAreListedAndTheRestStillParses) {
  const ScriptSyntax syntax = parse_script_with_errors(
      "SELECT 1;\nSELEC 2;\nSELECT 'a;b' FROM;\nSELECT # ; SELECT \"x;y\";\nSELECT 3; SELECT 'open;\nSELECT 4;");
  EXPECT_EQ(texts(syntax.statements), (Strings{"SELECT 1", "SELECT 3"}));
  EXPECT_EQ(
      places(syntax.errors),
      (Strings{"2:1 Expected SELECT, INSERT, CREATE, WITH, VALUES, SET, EXPLAIN, SHOW, …, found SELEC",
               "3:18 Expected a file in single quotes, '(' or a table name, found ';'", "4:8 Unexpected character '#'",
               "4:19 Double quotes have no meaning here", "5:18 The string that starts here has no end"}));
}

TEST(Script, ErrorsWithinAStatementSetAreAllListed) {
  const ScriptSyntax syntax = parse_script_with_errors(
      "BEGIN STATEMENT SET;\nINSERT INTO a SELECT;\nINSERT INTO b SELECT 1;\nINSERT c SELECT 1;\nEND;\nSELECT 5;");
  EXPECT_EQ(texts(syntax.statements), (Strings{"SELECT 5"}));
  EXPECT_EQ(places(syntax.errors),
            (Strings{"2:21 Expected an expression, found ';'", "4:8 Expected OVERWRITE or INTO, found c"}));
}

TEST(Script, AStatementSetWithoutEndIsAnError) {
  const ScriptSyntax syntax =
      parse_script_with_errors("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; SELECT 2; SELECT 3;");
  EXPECT_EQ(places(syntax.errors), (Strings{"1:46 Expected INSERT or END, found the reserved word SELECT"}));
  EXPECT_EQ(texts(syntax.statements), (Strings{"SELECT 3"}));
}

TEST(Script, ParserYieldsOneStatementAtATime) {
  ScriptParser parser("SELECT 1; SELEC 2; SELECT 3");
  EXPECT_EQ(parser.next()->text, "SELECT 1");
  EXPECT_THROW(parser.next(), UserError);
  EXPECT_EQ(parser.errors().size(), 1u);
  EXPECT_EQ(parser.next()->text, "SELECT 3");
  EXPECT_EQ(parser.next(), nullptr);
  EXPECT_EQ(parser.next(), nullptr);
}

TEST(Script, ParsingAScriptThrowsItsFirstError) { EXPECT_THROW(parse_script("SELECT 1; SELEC 2"), UserError); }

TEST(Script, OneThingAndNothingMore) {
  EXPECT_THROW(parse_expression("1 + 1, 2"), UserError);
  EXPECT_THROW(parse_expression("1;"), UserError);
  EXPECT_THROW(parse_query("SELECT 1;"), UserError);
  EXPECT_THROW(parse_type_name("INT x"), UserError);
  EXPECT_THROW(parse_expression(""), UserError);
}

TEST(Script, ErrorsAreNotListedWithoutEnd) {
  std::string script;
  for (int i = 0; i < 1000; ++i) script += "x;";
  EXPECT_EQ(parse_script_with_errors(script).errors.size(), 100u);
  script = "BEGIN STATEMENT SET;";
  for (int i = 0; i < 1000; ++i) script += "INSERT x;";
  EXPECT_EQ(parse_script_with_errors(script).errors.size(), 100u);
}

}  // namespace
}  // namespace tidemill
