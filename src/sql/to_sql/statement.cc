// sql/to_sql/statement.cc - statements as SQL. Rule: short forms are written out: column keys as table keys, EXECUTE
// STATEMENT SET for both kinds of set.
#include <fmt/format.h>

#include "sql/to_sql.h"
#include "sql/to_sql/sql_writer.h"

namespace tidemill {
namespace {

std::string_view show_text(const ast::Show& show) {
  switch (show.object) {
    case ast::ShowKind::kTables:
      return "SHOW TABLES";
    case ast::ShowKind::kViews:
      return "SHOW VIEWS";
    case ast::ShowKind::kFunctions:
      return show.user_functions ? "SHOW USER FUNCTIONS" : "SHOW FUNCTIONS";
    case ast::ShowKind::kCreateTable:
      return "SHOW CREATE TABLE ";
    case ast::ShowKind::kCreateView:
      return "SHOW CREATE VIEW ";
    case ast::ShowKind::kColumns:
      return "SHOW COLUMNS";
    case ast::ShowKind::kCatalogs:
      return "SHOW CATALOGS";
    case ast::ShowKind::kCurrentCatalog:
      return "SHOW CURRENT CATALOG";
    case ast::ShowKind::kDatabases:
      return "SHOW DATABASES";
    case ast::ShowKind::kCurrentDatabase:
      return "SHOW CURRENT DATABASE";
  }
  return "";
}

std::string_view like_strategy_text(ast::LikeStrategy strategy) {
  switch (strategy) {
    case ast::LikeStrategy::kIncluding:
      return "INCLUDING";
    case ast::LikeStrategy::kExcluding:
      return "EXCLUDING";
    case ast::LikeStrategy::kOverwriting:
      return "OVERWRITING";
  }
  return "";
}

std::string_view like_feature_text(ast::LikeFeature feature) {
  switch (feature) {
    case ast::LikeFeature::kAll:
      return "ALL";
    case ast::LikeFeature::kConstraints:
      return "CONSTRAINTS";
    case ast::LikeFeature::kDistribution:
      return "DISTRIBUTION";
    case ast::LikeFeature::kPartitions:
      return "PARTITIONS";
    case ast::LikeFeature::kGenerated:
      return "GENERATED";
    case ast::LikeFeature::kMetadata:
      return "METADATA";
    case ast::LikeFeature::kOptions:
      return "OPTIONS";
    case ast::LikeFeature::kWatermarks:
      return "WATERMARKS";
  }
  return "";
}

std::string_view detail_text(ast::ExplainDetail detail) {
  switch (detail) {
    case ast::ExplainDetail::kEstimatedCost:
      return "ESTIMATED_COST";
    case ast::ExplainDetail::kChangelogMode:
      return "CHANGELOG_MODE";
    case ast::ExplainDetail::kPlanAdvice:
      return "PLAN_ADVICE";
    case ast::ExplainDetail::kJsonExecutionPlan:
      return "JSON_EXECUTION_PLAN";
    case ast::ExplainDetail::kState:
      return "STATE";
  }
  return "";
}

std::string_view conflict_text(ast::ConflictAction action) {
  switch (action) {
    case ast::ConflictAction::kNone:
      return "";
    case ast::ConflictAction::kError:
      return " ON CONFLICT DO ERROR";
    case ast::ConflictAction::kNothing:
      return " ON CONFLICT DO NOTHING";
    case ast::ConflictAction::kDeduplicate:
      return " ON CONFLICT DO DEDUPLICATE";
  }
  return "";
}

}  // namespace

void SqlWriter::write_column(const ast::ColumnDefinition& column) {
  write(column.name);
  text_ += ' ';
  if (const auto* computed = std::get_if<ast::ComputedColumn>(&column.definition)) {
    text_ += "AS ";
    write(*computed->expression);
  } else if (const auto* metadata = std::get_if<ast::MetadataColumn>(&column.definition)) {
    write(metadata->type);
    text_ += " METADATA";
    if (metadata->key) {
      text_ += " FROM ";
      string(*metadata->key);
    }
    if (metadata->is_virtual) text_ += " VIRTUAL";
  } else {
    write(std::get<ast::PhysicalColumn>(column.definition).type);
  }
  if (column.comment) {
    text_ += " COMMENT ";
    string(*column.comment);
  }
}

void SqlWriter::write_distribution(const ast::Distribution& distribution) {
  text_ += " DISTRIBUTED";
  if (!distribution.columns.empty()) {
    text_ += " BY ";
    if (distribution.kind == ast::DistributionKind::kHash) text_ += "HASH ";
    if (distribution.kind == ast::DistributionKind::kRange) text_ += "RANGE ";
    write_names(distribution.columns);
  }
  if (distribution.buckets) text_ += fmt::format(" INTO {} BUCKETS", *distribution.buckets);
}

void SqlWriter::write_table_clauses(const ast::CreateTable& table) {
  if (table.comment) {
    text_ += " COMMENT ";
    string(*table.comment);
  }
  if (table.distribution) write_distribution(*table.distribution);
  if (!table.partitioned_by.empty()) {
    text_ += " PARTITIONED BY ";
    write_names(table.partitioned_by);
  }
  if (!table.options.empty()) {
    text_ += " WITH (";
    list(table.options, [this](const ast::TableOption& option) {
      string(option.key);
      text_ += " = ";
      string(option.value);
    });
    text_ += ')';
  }
  if (table.like) {
    text_ += " LIKE ";
    write(table.like->table);
    std::string_view separator = " (";
    for (const ast::LikeRule& rule : table.like->rules) {
      text_ += fmt::format("{}{} {}", separator, like_strategy_text(rule.strategy), like_feature_text(rule.feature));
      separator = " ";
    }
    if (!table.like->rules.empty()) text_ += ')';
  }
  if (table.query != nullptr) {
    text_ += " AS ";
    write(*table.query);
  }
}

void SqlWriter::write_create_table(const ast::CreateTable& table) {
  text_ += fmt::format("CREATE {}{}TABLE {}", table.or_replace ? "OR REPLACE " : "",
                       table.temporary ? "TEMPORARY " : "", table.if_not_exists ? "IF NOT EXISTS " : "");
  write(table.name);
  std::string_view separator = " (";
  const auto element = [&](auto write_element) {
    text_ += separator;
    separator = ", ";
    write_element();
  };
  for (const ast::Identifier& name : table.bare_columns) element([&] { write(name); });
  for (const ast::ColumnDefinition& column : table.columns) element([&] { write_column(column); });
  if (table.primary_key) {
    element([&] {
      if (table.primary_key->name) {
        text_ += "CONSTRAINT ";
        write(*table.primary_key->name);
        text_ += ' ';
      }
      text_ += "PRIMARY KEY ";
      write_names(table.primary_key->columns);
      text_ += " NOT ENFORCED";
    });
  }
  if (table.watermark) {
    element([&] {
      text_ += "WATERMARK FOR ";
      write(table.watermark->column);
      text_ += " AS ";
      write(*table.watermark->expression);
    });
  }
  if (separator == ", ") text_ += ')';
  write_table_clauses(table);
}

void SqlWriter::write_create_view(const ast::CreateView& view) {
  text_ +=
      fmt::format("CREATE {}VIEW {}", view.temporary ? "TEMPORARY " : "", view.if_not_exists ? "IF NOT EXISTS " : "");
  write(view.name);
  if (!view.columns.empty()) {
    text_ += ' ';
    write_names(view.columns);
  }
  if (view.comment) {
    text_ += " COMMENT ";
    string(*view.comment);
  }
  text_ += " AS ";
  write(*view.query);
}

void SqlWriter::write_create_function(const ast::CreateFunction& function) {
  text_ += fmt::format("CREATE {}{}FUNCTION {}", function.temporary ? "TEMPORARY " : "",
                       function.system ? "SYSTEM " : "", function.if_not_exists ? "IF NOT EXISTS " : "");
  write(function.name);
  text_ += '(';
  list(function.parameters, [this](const ast::FunctionParameter& parameter) {
    write(parameter.name);
    text_ += ' ';
    write(parameter.type);
  });
  text_ += ") RETURNS ";
  write(function.returns);
  text_ += " LANGUAGE SQL AS ";
  string(function.body);
}

void SqlWriter::write_show(const ast::Show& show) {
  text_ += show_text(show);
  const bool create = show.object == ast::ShowKind::kCreateTable || show.object == ast::ShowKind::kCreateView;
  if (show.name) {
    if (!create) text_ += " FROM ";
    write(*show.name);
  }
  if (!show.like) return;
  text_ += fmt::format("{} {} ", show.like_negated ? " NOT" : "", show.like_ignores_case ? "ILIKE" : "LIKE");
  string(*show.like);
}

void SqlWriter::write_insert(const ast::Insert& insert) {
  text_ += insert.overwrite ? "INSERT OVERWRITE " : "INSERT INTO ";
  write(insert.table);
  if (!insert.hints.empty()) text_ += ' ';
  write(insert.hints);
  if (!insert.partition.empty()) {
    text_ += " PARTITION (";
    list(insert.partition, [this](const ast::InsertPartition& entry) {
      write(entry.column);
      text_ += " = ";
      write(*entry.value);
    });
    text_ += ')';
  }
  if (!insert.columns.empty()) {
    text_ += ' ';
    write_names(insert.columns);
  }
  text_ += ' ';
  write(*insert.query);
  text_ += conflict_text(insert.on_conflict);
}

void SqlWriter::write_explain(const ast::Explain& explain) {
  text_ += "EXPLAIN ";
  list(explain.details, [this](ast::ExplainDetail detail) { text_ += detail_text(detail); });
  if (!explain.details.empty()) text_ += ' ';
  write(*explain.statement);
}

void SqlWriter::write(const ast::Statement& statement) {
  switch (statement.kind) {
    case ast::StatementKind::kCreateTable:
      return write_create_table(statement.as<ast::CreateTable>());
    case ast::StatementKind::kCreateView:
      return write_create_view(statement.as<ast::CreateView>());
    case ast::StatementKind::kCreateFunction:
      return write_create_function(statement.as<ast::CreateFunction>());
    case ast::StatementKind::kShow:
      return write_show(statement.as<ast::Show>());
    case ast::StatementKind::kInsert:
      return write_insert(statement.as<ast::Insert>());
    case ast::StatementKind::kExplain:
      return write_explain(statement.as<ast::Explain>());
    case ast::StatementKind::kQuery:
      return write(*statement.as<ast::QueryStatement>().query);
    case ast::StatementKind::kDrop: {
      const auto& drop = statement.as<ast::Drop>();
      const bool function = drop.object == ast::DropKind::kFunction;
      const std::string_view kind = function ? "FUNCTION" : drop.object == ast::DropKind::kView ? "VIEW" : "TABLE";
      text_ += fmt::format("DROP {}{}{} {}", drop.temporary ? "TEMPORARY " : "", drop.system ? "SYSTEM " : "", kind,
                           drop.if_exists ? "IF EXISTS " : "");
      return write(drop.name);
    }
    case ast::StatementKind::kDescribe: {
      const auto& describe = statement.as<ast::Describe>();
      text_ += describe.extended ? "DESCRIBE EXTENDED " : "DESCRIBE ";
      return describe.path ? string(*describe.path) : write(describe.name);
    }
    case ast::StatementKind::kSet: {
      const auto& set = statement.as<ast::Set>();
      text_ += set.key ? fmt::format("SET {} = {}", quote_string(*set.key), quote_string(set.value)) : "SET";
      return;
    }
    case ast::StatementKind::kReset: {
      const auto& reset = statement.as<ast::Reset>();
      text_ += reset.key ? fmt::format("RESET {}", quote_string(*reset.key)) : "RESET";
      return;
    }
    case ast::StatementKind::kUse:
      text_ += statement.as<ast::Use>().catalog ? "USE CATALOG " : "USE ";
      return write(statement.as<ast::Use>().name);
    case ast::StatementKind::kStatementSet:
      text_ += "EXECUTE STATEMENT SET BEGIN";
      for (const auto& insert : statement.as<ast::StatementSet>().inserts) {
        text_ += ' ';
        write_insert(*insert);
        text_ += ';';
      }
      text_ += " END";
      return;
  }
}

}  // namespace tidemill
