// planner/expand_create.cc - CREATE TABLE … LIKE and … AS.
#include "planner/expand_create.h"

#include <algorithm>
#include <map>
#include <utility>

#include "planner/create_text.h"
#include "sql/parser.h"
#include "sql/to_sql.h"

namespace tidemill {
namespace {

using ast::LikeFeature;
using ast::LikeStrategy;

ast::StatementPtr parse_statement(const std::string& text) {
  ScriptParser parser(text);
  ast::StatementPtr statement = parser.next();
  CHECK(statement != nullptr);
  return statement;
}

std::unique_ptr<ast::CreateTable> parse_create(const std::string& text) {
  ast::StatementPtr statement = parse_statement(text);
  CHECK(statement->kind == ast::StatementKind::kCreateTable);
  return std::unique_ptr<ast::CreateTable>(static_cast<ast::CreateTable*>(statement.release()));
}

// What is done with each feature. Without rules: INCLUDING ALL OVERWRITING OPTIONS.
class LikeRules {
 public:
  explicit LikeRules(const std::vector<ast::LikeRule>& rules) {
    strategies_[LikeFeature::kOptions] = LikeStrategy::kOverwriting;
    for (const ast::LikeRule& rule : rules)
      if (rule.feature == LikeFeature::kAll) all_ = rule.strategy;
    if (std::ranges::any_of(rules, [](const ast::LikeRule& rule) { return rule.feature == LikeFeature::kAll; }))
      strategies_.clear();
    for (const ast::LikeRule& rule : rules)
      if (rule.feature != LikeFeature::kAll) strategies_[rule.feature] = rule.strategy;
  }

  LikeStrategy of(LikeFeature feature) const {
    const auto found = strategies_.find(feature);
    return found != strategies_.end() ? found->second : all_;
  }

 private:
  LikeStrategy all_ = LikeStrategy::kIncluding;
  std::map<LikeFeature, LikeStrategy> strategies_;
};

class LikeMerge {
 public:
  LikeMerge(std::unique_ptr<ast::CreateTable> own, std::unique_ptr<ast::CreateTable> base,
            const ast::LikeClause& clause)
      : own_(std::move(own)), base_(std::move(base)), clause_(clause), rules_(clause.rules) {}

  std::unique_ptr<ast::CreateTable> run() {
    merge_columns();
    merge_one(own_->primary_key, base_->primary_key, LikeFeature::kConstraints, "a primary key");
    merge_one(own_->watermark, base_->watermark, LikeFeature::kWatermarks, "a watermark");
    if (rules_.of(LikeFeature::kPartitions) != LikeStrategy::kExcluding) {
      if (!own_->partitioned_by.empty() && !base_->partitioned_by.empty()) refuse("PARTITIONED BY");
      if (own_->partitioned_by.empty()) own_->partitioned_by = std::move(base_->partitioned_by);
    }
    merge_options();
    own_->like.reset();
    return std::move(own_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw UserError(clause_.location, fmt::format("Both the table and the one that it is LIKE have {}", what),
                    "Say which one counts: LIKE t (OVERWRITING …), or LIKE t (EXCLUDING …).");
  }

  LikeStrategy strategy_of(const ast::ColumnDefinition& column) const {
    if (std::holds_alternative<ast::ComputedColumn>(column.definition)) return rules_.of(LikeFeature::kGenerated);
    if (std::holds_alternative<ast::MetadataColumn>(column.definition)) return rules_.of(LikeFeature::kMetadata);
    return LikeStrategy::kIncluding;
  }

  void merge_columns() {
    std::vector<ast::ColumnDefinition> merged;
    for (ast::ColumnDefinition& column : base_->columns) {
      const LikeStrategy strategy = strategy_of(column);
      if (strategy == LikeStrategy::kExcluding) continue;
      const auto own = std::ranges::find(own_->columns, column.name.name,
                                         [](const ast::ColumnDefinition& each) { return each.name.name; });
      if (own == own_->columns.end()) {
        merged.push_back(std::move(column));
      } else if (strategy == LikeStrategy::kOverwriting) {
        merged.push_back(std::move(*own));
        own_->columns.erase(own);
      } else {
        refuse(fmt::format("a column {}", column.name.name));
      }
    }
    for (ast::ColumnDefinition& column : own_->columns) merged.push_back(std::move(column));
    own_->columns = std::move(merged);
  }

  template <class Part>
  void merge_one(std::optional<Part>& own, std::optional<Part>& base, LikeFeature feature, const std::string& what) {
    const LikeStrategy strategy = rules_.of(feature);
    if (!base || strategy == LikeStrategy::kExcluding) return;
    if (own && strategy == LikeStrategy::kIncluding) refuse(what);
    if (!own) own = std::move(base);
  }

  void merge_options() {
    const LikeStrategy strategy = rules_.of(LikeFeature::kOptions);
    if (strategy == LikeStrategy::kExcluding) return;
    for (ast::TableOption& option : base_->options) {
      const bool clashes =
          std::ranges::any_of(own_->options, [&](const ast::TableOption& own) { return own.key == option.key; });
      if (clashes && strategy == LikeStrategy::kIncluding) refuse(fmt::format("the option {}", option.key));
      if (!clashes) own_->options.push_back(std::move(option));
    }
  }

  std::unique_ptr<ast::CreateTable> own_, base_;
  const ast::LikeClause& clause_;
  LikeRules rules_;
};

std::vector<std::string> query_columns(const ast::CreateTable& statement, const Schema& query) {
  if (statement.bare_columns.empty()) return query.names();
  std::vector<std::string> names;
  for (const ast::Identifier& column : statement.bare_columns) {
    if (!query.index_of(column.name))
      throw UserError(column.location, fmt::format("The query of CREATE TABLE … AS has no column {}", column.name));
    names.push_back(column.name);
  }
  if (names.size() != static_cast<size_t>(query.size()))
    throw UserError(statement.bare_columns.front().location,
                    fmt::format("The list names {} columns, and the query has {}", names.size(), query.size()));
  return names;
}

}  // namespace

std::unique_ptr<ast::CreateTable> expand_like(const ast::CreateTable& statement, const TableDefinition& base) {
  return LikeMerge(parse_create(to_sql(statement)), parse_create(create_table_text(base, base.options)),
                   *statement.like)
      .run();
}

std::unique_ptr<ast::CreateTable> expand_as(const ast::CreateTable& statement, const Schema& query) {
  std::unique_ptr<ast::CreateTable> table = parse_create(to_sql(statement));
  table->query = nullptr;
  table->bare_columns.clear();
  std::vector<ast::ColumnDefinition> of_query;
  for (const std::string& name : query_columns(statement, query)) {
    const auto declared =
        std::ranges::find(table->columns, name, [](const ast::ColumnDefinition& each) { return each.name.name; });
    if (declared != table->columns.end()) {
      of_query.push_back(std::move(*declared));
      table->columns.erase(declared);
      continue;
    }
    ast::ColumnDefinition column;
    column.name.name = name;
    column.definition = ast::PhysicalColumn{parse_type_name(query.field(*query.index_of(name)).type.to_string())};
    of_query.push_back(std::move(column));
  }
  for (ast::ColumnDefinition& column : of_query) table->columns.push_back(std::move(column));
  return table;
}

ast::StatementPtr insert_of(const ast::CreateTable& statement, const Schema& query) {
  std::string columns;
  for (const std::string& name : query.names()) columns += (columns.empty() ? "" : ", ") + quote_identifier(name);
  return parse_statement(
      fmt::format("INSERT INTO {} ({}) {}", to_sql(statement.name), columns, to_sql(*statement.query)));
}

}  // namespace tidemill
