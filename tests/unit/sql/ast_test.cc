// What the binder relies on in the tree beyond its text: places, argument order, flat chains, spans.
#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/to_sql.h"

namespace tidemill {
namespace {

using ast::ExpressionKind;

const ast::Select& select_of(const ast::Query& query) { return query.body->as<ast::Select>(); }

TEST(Ast, ExpressionsArePlacedAtTheirOperatorOrFirstToken) {
  const auto sum = parse_expression("  a.b\n + f(x)");
  EXPECT_EQ(sum->location, (SourceLocation{2, 2}));
  const auto& binary = sum->as<ast::Binary>();
  EXPECT_EQ(binary.left->location, (SourceLocation{1, 3}));
  EXPECT_EQ(binary.left->as<ast::ColumnReference>().parts[1].location, (SourceLocation{1, 5}));
  EXPECT_EQ(binary.right->location, (SourceLocation{2, 4}));
  EXPECT_EQ(parse_expression("a IS NULL")->location, (SourceLocation{1, 3}));
  EXPECT_EQ(parse_expression("a NOT IN (1)")->location, (SourceLocation{1, 7}));
  EXPECT_EQ(parse_expression("-a")->location, (SourceLocation{1, 1}));
  EXPECT_EQ(parse_expression("(((a)))")->location, (SourceLocation{1, 4}));
  EXPECT_EQ(parse_expression("CASE WHEN a THEN b END")->location, (SourceLocation{1, 1}));
}

TEST(Ast, AndAndOrAreFlat) {
  const auto expression = parse_expression("a AND b AND (c AND d) OR e OR (f OR g AND h)");
  const auto& disjunction = expression->as<ast::Logical>();
  EXPECT_EQ(disjunction.op, ast::LogicalOperator::kOr);
  ASSERT_EQ(disjunction.operands.size(), 4u);
  EXPECT_EQ(disjunction.operands[0]->as<ast::Logical>().operands.size(), 4u);
  EXPECT_EQ(disjunction.operands[3]->as<ast::Logical>().operands.size(), 2u);
}

TEST(Ast, LiteralsKeepTheirText) {
  const auto literal = [](std::string_view sql) {
    const auto expression = parse_expression(sql);
    const auto& node = expression->as<ast::Literal>();
    return std::pair(node.literal, node.text);
  };
  EXPECT_EQ(literal("12345678901234567890.10"),
            std::pair(ast::LiteralKind::kExact, std::string("12345678901234567890.10")));
  EXPECT_EQ(literal("1.50e-3"), std::pair(ast::LiteralKind::kApproximate, std::string("1.50e-3")));
  EXPECT_EQ(literal("'a''b'"), std::pair(ast::LiteralKind::kString, std::string("a'b")));
  EXPECT_EQ(literal("X'00ff'"), std::pair(ast::LiteralKind::kBinary, std::string("\0\xFF", 2)));
  EXPECT_EQ(literal("TIMESTAMP '2020-01-01 00:00:00'"),
            std::pair(ast::LiteralKind::kTimestamp, std::string("2020-01-01 00:00:00")));
  const auto negative = parse_expression("-9223372036854775808");
  EXPECT_EQ(negative->as<ast::Unary>().op, ast::UnaryOperator::kNegate);
  EXPECT_EQ(negative->as<ast::Unary>().operand->as<ast::Literal>().text, "9223372036854775808");
}

TEST(Ast, Intervals) {
  const auto expression = parse_expression("INTERVAL -'1 2:3' DAY(3) TO SECOND(6)");
  const auto& interval = expression->as<ast::Literal>();
  EXPECT_TRUE(interval.negative);
  EXPECT_EQ(interval.text, "1 2:3");
  EXPECT_EQ(interval.interval->start, ast::TimeUnit::kDay);
  EXPECT_EQ(interval.interval->end, ast::TimeUnit::kSecond);
  EXPECT_EQ(interval.interval->leading_precision, 3);
  EXPECT_EQ(interval.interval->fractional_precision, 6);
  EXPECT_FALSE(interval.interval->is_year_month());
  EXPECT_TRUE(parse_type_name("INTERVAL YEAR TO MONTH").interval->is_year_month());
}

TEST(Ast, SpecialCallsHaveTheirArgumentsInAFixedOrder) {
  const auto arguments = [](std::string_view sql) {
    const auto expression = parse_expression(sql);
    std::string text;
    for (const ast::FunctionArgument& argument : expression->as<ast::FunctionCall>().arguments) {
      text += fmt::format("{}{}", text.empty() ? "" : "; ", to_sql(*argument.value));
    }
    return text;
  };
  EXPECT_EQ(arguments("EXTRACT(DOW FROM a)"), "DOW; `a`");
  EXPECT_EQ(arguments("POSITION(a IN b FROM c)"), "`a`; `b`; `c`");
  EXPECT_EQ(arguments("TRIM(a)"), "BOTH; ' '; `a`");
  EXPECT_EQ(arguments("TRIM(TRAILING FROM a)"), "TRAILING; ' '; `a`");
  EXPECT_EQ(arguments("TRIM(LEADING b FROM a)"), "LEADING; `b`; `a`");
  EXPECT_EQ(arguments("SUBSTRING(a FROM b FOR c)"), arguments("SUBSTRING(a, b, c)"));
  EXPECT_EQ(arguments("OVERLAY(a PLACING b FROM c FOR d)"), "`a`; `b`; `c`; `d`");
  EXPECT_EQ(arguments("CEIL(a TO DAY)"), "`a`; DAY");
  EXPECT_EQ(arguments("TIMESTAMPDIFF(SQL_TSI_MONTH, a, b)"), "MONTH; `a`; `b`");
  const auto unit = parse_expression("FLOOR(a TO WEEK)");
  EXPECT_EQ(unit->as<ast::FunctionCall>().arguments[1].value->as<ast::Symbol>().unit, ast::TimeUnit::kWeek);
}

TEST(Ast, TableFunctions) {
  const auto query = parse_query(
      "SELECT * FROM TABLE(SESSION(DATA => TABLE c.d.t PARTITION BY (a, b), TIMECOL => DESCRIPTOR(ts), GAP => INTERVAL "
      "'1' "
      "DAY)), TUMBLE((SELECT 1), DESCRIPTOR(x), INTERVAL '1' DAY) AS w");
  const auto& join = select_of(*query).from->as<ast::JoinedTable>();
  EXPECT_EQ(join.join, ast::JoinKind::kComma);
  const auto& session = join.left->as<ast::FunctionTable>();
  EXPECT_TRUE(session.wrapped);
  EXPECT_EQ(session.call->arguments[0].name->name, "DATA");
  const auto& table = session.call->arguments[0].value->as<ast::TableArgument>();
  EXPECT_EQ(table.table.parts.size(), 3u);
  EXPECT_EQ(table.partition_by.size(), 2u);
  const auto& tumble = join.right->as<ast::FunctionTable>();
  EXPECT_FALSE(tumble.wrapped);
  EXPECT_EQ(tumble.alias->name.name, "w");
  EXPECT_NE(tumble.call->arguments[0].value->as<ast::TableArgument>().query, nullptr);
  EXPECT_EQ(tumble.call->arguments[1].value->as<ast::Descriptor>().columns[0].name, "x");
}

TEST(Ast, CreateTable) {
  const auto statements = parse_script(
      "CREATE TABLE t (a INT NOT NULL PRIMARY KEY NOT ENFORCED,\n b AS a + 1, c STRING METADATA FROM 'k' VIRTUAL,\n"
      " WATERMARK FOR d.e AS d.e) WITH ('connector' = 'x',\n 'path' = 'y')");
  const auto& table = statements.at(0)->as<ast::CreateTable>();
  ASSERT_EQ(table.columns.size(), 3u);
  EXPECT_TRUE(std::get<ast::PhysicalColumn>(table.columns[0].definition).type.not_null);
  EXPECT_EQ(table.primary_key->columns.at(0).name, "a");
  EXPECT_EQ(table.primary_key->location, (SourceLocation{1, 32}));
  EXPECT_EQ(to_sql(*std::get<ast::ComputedColumn>(table.columns[1].definition).expression), "`a` + 1");
  const auto& metadata = std::get<ast::MetadataColumn>(table.columns[2].definition);
  EXPECT_EQ(metadata.key, "k");
  EXPECT_TRUE(metadata.is_virtual);
  EXPECT_EQ(table.watermark->column.parts.size(), 2u);
  EXPECT_EQ(table.watermark->location, (SourceLocation{3, 2}));
  EXPECT_EQ(table.options.at(1).key, "path");
  EXPECT_EQ(table.options.at(1).location, (SourceLocation{4, 2}));
  EXPECT_EQ(table.options.at(1).value_location, (SourceLocation{4, 11}));
}

TEST(Ast, FilesStandInPlaceOfTables) {
  const auto query = parse_query("SELECT * FROM 'data/*.jsonl' AS f");
  const auto& table = select_of(*query).from->as<ast::NamedTable>();
  EXPECT_EQ(table.path, "data/*.jsonl");
  EXPECT_TRUE(table.name.parts.empty());
  EXPECT_EQ(parse_script("DESCRIBE 'x.csv'").at(0)->as<ast::Describe>().path, "x.csv");
}

TEST(Ast, SettingsTakeStringsAndBareWords) {
  const auto set = [](std::string_view sql) {
    const auto statements = parse_script(sql);
    const auto& node = statements.at(0)->as<ast::Set>();
    return fmt::format("{}={}", node.key.value_or(""), node.value);
  };
  EXPECT_EQ(set("SET 'a.b' = 'it''s'"), "a.b=it's");
  EXPECT_EQ(set("SET table.local-time-zone = Europe/Berlin;"), "table.local-time-zone=Europe/Berlin");
  EXPECT_EQ(set("SET parallelism.default=4"), "parallelism.default=4");
  EXPECT_EQ(set("SET table.exec.state.ttl = 1 h -- an hour\n;"), "table.exec.state.ttl=1 h");
  EXPECT_EQ(set("SET"), "=");
}

TEST(Ast, SetOperationsOfOneKindAreFlat) {
  const auto query = parse_query("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 INTERSECT SELECT 4 UNION SELECT 5");
  const auto& outer = query->body->as<ast::SetOperation>();
  EXPECT_FALSE(outer.all);
  ASSERT_EQ(outer.operands.size(), 2u);
  const auto& inner = outer.operands[0]->as<ast::SetOperation>();
  EXPECT_TRUE(inner.all);
  ASSERT_EQ(inner.operands.size(), 3u);
  EXPECT_EQ(inner.operands[2]->as<ast::SetOperation>().op, ast::SetOperator::kIntersect);
}

TEST(Ast, ParenthesesThatChangeNothingLeaveNoTrace) {
  EXPECT_EQ(parse_query("((SELECT 1))")->body->kind, ast::QueryBodyKind::kSelect);
  EXPECT_EQ(parse_query("(SELECT 1 LIMIT 1)")->body->kind, ast::QueryBodyKind::kSelect);
  EXPECT_EQ(parse_query("(SELECT 1 LIMIT 2) LIMIT 1")->body->kind, ast::QueryBodyKind::kNested);
  EXPECT_EQ(parse_expression("((SELECT 1))")->kind, ExpressionKind::kScalarQuery);
  EXPECT_EQ(parse_expression("a IN ((SELECT 1))")->kind, ExpressionKind::kInQuery);
  EXPECT_EQ(parse_expression("a IN ((SELECT 1), 2)")->kind, ExpressionKind::kInList);
}

TEST(Ast, AWrongCastIsABug) {
  const auto expression = parse_expression("1");
  EXPECT_THROW(expression->as<ast::Binary>(), EngineError);
  EXPECT_EQ(expression->try_as<ast::Binary>(), nullptr);
  EXPECT_NE(expression->try_as<ast::Literal>(), nullptr);
}

}  // namespace
}  // namespace tidemill
