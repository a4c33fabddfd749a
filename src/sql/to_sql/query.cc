// sql/to_sql/query.cc - queries as SQL. Rule: one line, clauses in the order of the grammar.
#include <fmt/format.h>

#include "sql/to_sql.h"
#include "sql/to_sql/sql_writer.h"

namespace tidemill {

std::string_view to_sql(ast::SetOperator op) {
  switch (op) {
    case ast::SetOperator::kUnion:
      return "UNION";
    case ast::SetOperator::kIntersect:
      return "INTERSECT";
    case ast::SetOperator::kExcept:
      return "EXCEPT";
  }
  return "";
}

namespace {

std::string_view join_text(ast::JoinKind kind) {
  switch (kind) {
    case ast::JoinKind::kComma:
      return ",";
    case ast::JoinKind::kCross:
      return "CROSS JOIN";
    case ast::JoinKind::kInner:
      return "JOIN";
    case ast::JoinKind::kLeft:
      return "LEFT JOIN";
    case ast::JoinKind::kRight:
      return "RIGHT JOIN";
    case ast::JoinKind::kFull:
      return "FULL JOIN";
  }
  return "";
}

}  // namespace

void SqlWriter::write(const ast::Query& query) {
  if (!query.with.empty()) {
    text_ += query.recursive ? "WITH RECURSIVE " : "WITH ";
    list(query.with, [this](const ast::CommonTableExpression& table) {
      write(table.name);
      if (!table.columns.empty()) {
        text_ += ' ';
        write_names(table.columns);
      }
      text_ += " AS (";
      write(*table.query);
      text_ += ')';
    });
    text_ += ' ';
  }
  write(*query.body);
  if (!query.order_by.empty()) {
    text_ += ' ';
    write_order_by(query.order_by);
  }
  if (query.limit != nullptr) {
    text_ += " LIMIT ";
    write(*query.limit);
  }
  if (query.offset != nullptr) {
    text_ += " OFFSET ";
    write(*query.offset);
  }
}

void SqlWriter::write(const ast::QueryBody& body) {
  switch (body.kind) {
    case ast::QueryBodyKind::kSelect:
      return write_select(body.as<ast::Select>());
    case ast::QueryBodyKind::kSetOperation:
      return write_set_operation(body.as<ast::SetOperation>());
    case ast::QueryBodyKind::kTable:
      text_ += "TABLE ";
      return write(body.as<ast::TableBody>().name);
    case ast::QueryBodyKind::kNested:
      text_ += '(';
      write(*body.as<ast::NestedQuery>().query);
      text_ += ')';
      return;
    case ast::QueryBodyKind::kValues:
      break;
  }
  text_ += "VALUES ";
  list(body.as<ast::Values>().rows, [this](const std::vector<ast::ExpressionPtr>& row) {
    text_ += "ROW(";
    list(row);
    text_ += ')';
  });
}

void SqlWriter::write_set_operation(const ast::SetOperation& operation) {
  bool first = true;
  for (const ast::QueryBodyPtr& operand : operation.operands) {
    if (!first) text_ += fmt::format(" {}{} ", to_sql(operation.op), operation.all ? " ALL" : "");
    first = false;
    const bool parentheses = operand->kind == ast::QueryBodyKind::kSetOperation;
    if (parentheses) text_ += '(';
    write(*operand);
    if (parentheses) text_ += ')';
  }
}

void SqlWriter::write(const std::vector<ast::Hint>& hints) {
  if (hints.empty()) return;
  text_ += "/*+ ";
  list(hints, [this](const ast::Hint& hint) {
    write(hint.name);
    if (hint.arguments.empty()) return;
    text_ += '(';
    list(hint.arguments, [this](const ast::HintArgument& argument) {
      if (argument.key) {
        string(*argument.key);
        text_ += " = ";
      }
      const bool number = !argument.value.empty() && (argument.value[0] == '.' || std::isdigit(argument.value[0]) != 0);
      if (argument.is_string)
        string(argument.value);
      else if (number)
        text_ += argument.value;
      else
        write(ast::Identifier{argument.value, {}, false});
    });
    text_ += ')';
  });
  text_ += " */";
}

void SqlWriter::write_grouping(const ast::GroupingElement& element) {
  switch (element.kind) {
    case ast::GroupingKind::kExpressions: {
      const bool parentheses = element.expressions.size() != 1;
      if (parentheses) text_ += '(';
      list(element.expressions);
      if (parentheses) text_ += ')';
      return;
    }
    case ast::GroupingKind::kRollup:
      text_ += "ROLLUP (";
      break;
    case ast::GroupingKind::kCube:
      text_ += "CUBE (";
      break;
    case ast::GroupingKind::kGroupingSets:
      text_ += "GROUPING SETS (";
      break;
  }
  list(element.elements, [this](const ast::GroupingElement& inner) { write_grouping(inner); });
  text_ += ')';
}

void SqlWriter::write_select(const ast::Select& select) {
  text_ += "SELECT ";
  write(select.hints);
  if (!select.hints.empty()) text_ += ' ';
  if (select.distinct) text_ += "DISTINCT ";
  list(select.items, [this](const ast::SelectItem& item) {
    write(*item.expression);
    if (!item.alias) return;
    text_ += " AS ";
    write(*item.alias);
  });
  const auto clause = [this](std::string_view words, const ast::ExpressionPtr& expression) {
    if (expression == nullptr) return;
    text_ += words;
    write(*expression);
  };
  if (select.from != nullptr) {
    text_ += " FROM ";
    write(*select.from);
  }
  clause(" WHERE ", select.where);
  if (select.has_group_by) {
    text_ += select.group_by_distinct ? " GROUP BY DISTINCT " : " GROUP BY ";
    list(select.group_by, [this](const ast::GroupingElement& element) { write_grouping(element); });
  }
  clause(" HAVING ", select.having);
  if (!select.windows.empty()) {
    text_ += " WINDOW ";
    list(select.windows, [this](const ast::NamedWindow& window) {
      write(window.name);
      text_ += " AS ";
      write(window.specification);
    });
  }
  clause(" QUALIFY ", select.qualify);
}

void SqlWriter::write_alias(const ast::TableAlias& alias) {
  text_ += " AS ";
  write(alias.name);
  if (!alias.columns.empty()) {
    text_ += ' ';
    write_names(alias.columns);
  }
}

void SqlWriter::write(const ast::TableReference& table) {
  if (table.kind == ast::TableKind::kJoin) return write_join(table.as<ast::JoinedTable>());
  write_table_head(table);
  if (table.alias) write_alias(*table.alias);
}

// Writes a table without its alias.
void SqlWriter::write_table_head(const ast::TableReference& table) {
  if (table.kind == ast::TableKind::kMatch) {
    write_match(table.as<ast::MatchTable>());
  } else if (table.kind == ast::TableKind::kDerived) {
    const auto& derived = table.as<ast::DerivedTable>();
    text_ += derived.lateral ? "LATERAL (" : "(";
    write(*derived.query);
    text_ += ')';
  } else if (table.kind == ast::TableKind::kFunction) {
    const auto& function = table.as<ast::FunctionTable>();
    if (function.wrapped) text_ += function.lateral ? "LATERAL TABLE(" : "TABLE(";
    write_call(*function.call);
    if (function.wrapped) text_ += ')';
  } else if (table.kind == ast::TableKind::kUnnest) {
    const auto& unnest = table.as<ast::UnnestTable>();
    text_ += unnest.lateral ? "LATERAL UNNEST(" : "UNNEST(";
    list(unnest.operands);
    text_ += unnest.with_ordinality ? ") WITH ORDINALITY" : ")";
  } else {
    const auto& named = table.as<ast::NamedTable>();
    if (named.path)
      string(*named.path);
    else
      write(named.name);
    if (!named.hints.empty()) text_ += ' ';
    write(named.hints);
    if (named.as_of != nullptr) {
      text_ += " FOR SYSTEM_TIME AS OF ";
      write(*named.as_of);
    }
  }
}

void SqlWriter::write_join(const ast::JoinedTable& join) {
  const bool comma = join.join == ast::JoinKind::kComma;
  write(*join.left);
  if (!comma) text_ += ' ';
  if (join.natural) text_ += "NATURAL ";
  text_ += join_text(join.join);
  text_ += ' ';
  const bool parentheses = !comma && join.right->kind == ast::TableKind::kJoin;  // a JOIN (b JOIN c ON …) ON …
  if (parentheses) text_ += '(';
  write(*join.right);
  if (parentheses) text_ += ')';
  if (join.on != nullptr) {
    text_ += " ON ";
    write(*join.on);
  }
  if (!join.using_columns.empty()) {
    text_ += " USING ";
    write_names(join.using_columns);
  }
}

}  // namespace tidemill
