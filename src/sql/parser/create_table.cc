// sql/parser/create_table.cc - CREATE TABLE. Rule: clauses stand in Flink's order, and one out of place is named in
// the error.
#include <fmt/format.h>

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

using ast::CreateTable;

constexpr std::string_view kPrimaryKeyAdvice =
    "Write PRIMARY KEY (…) NOT ENFORCED: the engine trusts the key and does not check it";

// Reads NOT ENFORCED behind PRIMARY KEY.
void parse_not_enforced(TokenCursor& cursor) {
  if (cursor.at(Keyword::kNot) && cursor.at(Keyword::kEnforced, 1)) {
    cursor.take();
    cursor.take();
    return;
  }
  if (cursor.at(Keyword::kEnforced)) {
    cursor.fail_here("A primary key cannot be ENFORCED", std::string(kPrimaryKeyAdvice));
  }
  cursor.fail_expected("NOT ENFORCED behind PRIMARY KEY", std::string(kPrimaryKeyAdvice));
}

void set_primary_key(CreateTable& table, ast::PrimaryKeyDefinition key) {
  if (table.primary_key) {
    throw UserError(key.location, "The table has a second primary key",
                    "Name all key columns in one PRIMARY KEY (a, b)");
  }
  table.primary_key = std::move(key);
}

// Reads [CONSTRAINT name] PRIMARY KEY [(columns)] NOT ENFORCED; with `column`, that of a single column.
void parse_primary_key(TokenCursor& cursor, CreateTable& table, const ast::Identifier* column) {
  ast::PrimaryKeyDefinition key;
  key.location = cursor.location();
  if (cursor.accept(Keyword::kConstraint)) key.name = parse_identifier(cursor, "a constraint name");
  if (cursor.at(Keyword::kUnique)) fail_not_supported(cursor, "A UNIQUE constraint", "Use PRIMARY KEY … NOT ENFORCED");
  cursor.expect(Keyword::kPrimary);
  cursor.expect(Keyword::kKey);
  if (column != nullptr)
    key.columns.push_back(*column);
  else
    key.columns = parse_parenthesised_names(cursor, "a column name");
  parse_not_enforced(cursor);
  set_primary_key(table, std::move(key));
}

void parse_watermark(TokenCursor& cursor, CreateTable& table) {
  ast::WatermarkDefinition watermark;
  watermark.location = cursor.take().location;
  if (table.watermark) {
    throw UserError(watermark.location, "The table has a second WATERMARK", "A table has at most one watermark");
  }
  cursor.expect(Keyword::kFor);
  watermark.column = parse_qualified_name(cursor, "a column name");
  cursor.expect(Keyword::kAs);
  watermark.expression = parse_expression(cursor);
  table.watermark = std::move(watermark);
}

// Reads METADATA [FROM 'key'] [VIRTUAL] behind a type.
ast::MetadataColumn parse_metadata(TokenCursor& cursor, ast::TypeName type) {
  ast::MetadataColumn metadata;
  cursor.take();
  metadata.type = std::move(type);
  if (cursor.accept(Keyword::kFrom)) metadata.key = parse_string(cursor, "a metadata key in single quotes");
  metadata.is_virtual = cursor.accept(Keyword::kVirtual);
  return metadata;
}

bool at_column_constraint(TokenCursor& cursor) {
  for (const Keyword keyword : {Keyword::kPrimary, Keyword::kConstraint, Keyword::kUnique}) {
    if (cursor.at(keyword)) return true;
    cursor.expecting(keyword_text(keyword));
  }
  return false;
}

void parse_column(TokenCursor& cursor, CreateTable& table) {
  ast::ColumnDefinition column;
  column.name = parse_identifier(cursor, "a column name");
  if (cursor.at(TokenKind::kDot)) {
    cursor.fail_here("A column's name has one part", "Use a ROW<…> column for nested fields");
  }
  if (cursor.at(TokenKind::kComma) || cursor.at(TokenKind::kRightParen)) {  // CREATE TABLE t (a, b) … AS query
    table.bare_columns.push_back(std::move(column.name));
    return;
  }
  if (cursor.accept(Keyword::kAs)) {
    column.definition = ast::ComputedColumn{parse_expression(cursor)};
  } else {
    cursor.expecting("AS");
    ast::TypeName type = parse_type_name_with_nullability(cursor);
    if (cursor.at(Keyword::kMetadata)) {
      column.definition = parse_metadata(cursor, std::move(type));
    } else {
      cursor.expecting("METADATA");
      column.definition = ast::PhysicalColumn{std::move(type)};
      if (at_column_constraint(cursor)) parse_primary_key(cursor, table, &column.name);
    }
  }
  if (cursor.at(Keyword::kDefault)) fail_not_supported(cursor, "A DEFAULT value of a column");
  if (cursor.accept(Keyword::kComment)) {
    column.comment = parse_string(cursor, "a comment in single quotes");
    if (cursor.at(Keyword::kPrimary)) cursor.fail_here("PRIMARY KEY stands before COMMENT", "Swap the two");
  }
  table.columns.push_back(std::move(column));
}

void parse_table_element(TokenCursor& cursor, CreateTable& table) {
  const bool constraint =
      cursor.at(Keyword::kPrimary) || cursor.at(Keyword::kConstraint) || cursor.at(Keyword::kUnique);
  if (constraint) return parse_primary_key(cursor, table, nullptr);
  if (cursor.at(Keyword::kWatermark)) return parse_watermark(cursor, table);
  cursor.expecting("PRIMARY");
  cursor.expecting("WATERMARK");
  parse_column(cursor, table);
}

// Reads DISTRIBUTED [BY [HASH|RANGE](columns)] [INTO n BUCKETS].
ast::Distribution parse_distribution(TokenCursor& cursor) {
  ast::Distribution distribution;
  distribution.location = cursor.location();
  const bool by = cursor.accept(Keyword::kBy);
  if (by) {
    if (cursor.accept(Keyword::kHash))
      distribution.kind = ast::DistributionKind::kHash;
    else if (cursor.accept(Keyword::kRange))
      distribution.kind = ast::DistributionKind::kRange;
    distribution.columns = parse_parenthesised_names(cursor, "a column name");
  }
  if (cursor.accept(Keyword::kInto)) {
    distribution.buckets = parse_small_number(cursor, "a number of buckets");
    cursor.expect(Keyword::kBuckets);
  } else if (!by) {
    cursor.fail_expected();
  }
  return distribution;
}

ast::LikeClause parse_like(TokenCursor& cursor) {
  ast::LikeClause like;
  like.location = cursor.location();
  like.table = parse_qualified_name(cursor, "a table name");
  if (cursor.at(TokenKind::kLeftParen)) like.rules = parse_like_rules(cursor);
  return like;
}

// A clause that stands behind its place would otherwise read as plain garbage.
void check_clause_order(TokenCursor& cursor) {
  for (const Keyword keyword : {Keyword::kComment, Keyword::kDistributed, Keyword::kPartitioned, Keyword::kWith}) {
    if (!cursor.at(keyword)) continue;
    cursor.fail_here(fmt::format("{} is in the wrong place, or there twice", keyword_text(keyword)),
                     "The order is COMMENT, DISTRIBUTED, PARTITIONED BY, WITH, then LIKE or AS");
  }
}

void parse_clauses(TokenCursor& cursor, CreateTable& table) {
  if (cursor.accept(Keyword::kComment)) table.comment = parse_string(cursor, "a comment in single quotes");
  if (cursor.accept(Keyword::kDistributed)) table.distribution = parse_distribution(cursor);
  if (cursor.accept(Keyword::kPartitioned)) {
    cursor.expect(Keyword::kBy);
    table.partitioned_by = parse_parenthesised_names(cursor, "a column name");
  }
  if (cursor.accept(Keyword::kWith)) table.options = parse_table_options(cursor);
  if (cursor.accept(Keyword::kLike))
    table.like = parse_like(cursor);
  else if (cursor.accept(Keyword::kAs))
    table.query = parse_query(cursor);
  check_clause_order(cursor);
}

}  // namespace

std::vector<ast::TableOption> parse_table_options(TokenCursor& cursor) {
  std::vector<ast::TableOption> options;
  cursor.expect(TokenKind::kLeftParen);
  if (cursor.accept(TokenKind::kRightParen)) return options;
  do {
    ast::TableOption option;
    option.location = cursor.location();
    option.key = parse_string(cursor, "an option in single quotes");
    cursor.expect(TokenKind::kEqual);
    option.value_location = cursor.location();
    option.value = parse_string(cursor, "a value in single quotes");
    options.push_back(std::move(option));
  } while (cursor.accept(TokenKind::kComma));
  cursor.expect(TokenKind::kRightParen);
  return options;
}

std::vector<ast::LikeRule> parse_like_rules(TokenCursor& cursor) {
  struct Feature {
    Keyword keyword;
    ast::LikeFeature feature;
  };
  static constexpr Feature kFeatures[] = {
      {Keyword::kAll, ast::LikeFeature::kAll},
      {Keyword::kConstraints, ast::LikeFeature::kConstraints},
      {Keyword::kDistribution, ast::LikeFeature::kDistribution},
      {Keyword::kPartitions, ast::LikeFeature::kPartitions},
      {Keyword::kGenerated, ast::LikeFeature::kGenerated},
      {Keyword::kMetadata, ast::LikeFeature::kMetadata},
      {Keyword::kOptions, ast::LikeFeature::kOptions},
      {Keyword::kWatermarks, ast::LikeFeature::kWatermarks},
  };
  std::vector<ast::LikeRule> rules;
  cursor.expect(TokenKind::kLeftParen);
  while (!cursor.at(TokenKind::kRightParen) || rules.empty()) {
    ast::LikeRule rule;
    rule.location = cursor.location();
    if (cursor.accept(Keyword::kIncluding))
      rule.strategy = ast::LikeStrategy::kIncluding;
    else if (cursor.accept(Keyword::kExcluding))
      rule.strategy = ast::LikeStrategy::kExcluding;
    else if (cursor.accept(Keyword::kOverwriting))
      rule.strategy = ast::LikeStrategy::kOverwriting;
    else
      cursor.fail_expected(rules.empty() ? "" : "')'");
    const Feature* found = nullptr;
    for (const Feature& entry : kFeatures) {
      if (found == nullptr && cursor.accept(entry.keyword)) found = &entry;
    }
    if (found == nullptr) cursor.fail_expected();
    rule.feature = found->feature;
    rules.push_back(rule);
  }
  cursor.expect(TokenKind::kRightParen);
  return rules;
}

ast::StatementPtr parse_create_table(TokenCursor& cursor, CreatePrefix prefix) {
  auto table = std::make_unique<CreateTable>();
  table->temporary = prefix.temporary;
  table->or_replace = prefix.or_replace;
  table->if_not_exists = accept_if_not_exists(cursor);
  table->name = parse_qualified_name(cursor, "a table name");
  const SourceLocation columns_location = cursor.location();
  if (cursor.accept(TokenKind::kLeftParen)) {
    do {
      parse_table_element(cursor, *table);
    } while (cursor.accept(TokenKind::kComma));
    cursor.expect(TokenKind::kRightParen);
  }
  parse_clauses(cursor, *table);
  if (!table->bare_columns.empty() && (table->query == nullptr || !table->columns.empty())) {
    throw UserError(table->bare_columns.front().location,
                    fmt::format("Column '{}' has no type", table->bare_columns.front().name),
                    "Only CREATE TABLE … AS with bare names in all its columns may leave types out");
  }
  const bool empty = table->columns.empty() && table->query == nullptr && table->like == std::nullopt;
  if (empty && table->options.empty()) {
    throw UserError(columns_location, "The table has neither columns nor options",
                    "Write CREATE TABLE name (column TYPE, …) WITH ('connector' = '…')");
  }
  return table;
}

}  // namespace tidemill
