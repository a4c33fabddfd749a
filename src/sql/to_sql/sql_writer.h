// sql/to_sql/sql_writer.h - appends syntax trees to a text as canonical SQL. Rule: every name is quoted, every keyword
// in upper case, and parentheses stand only where the tree needs them or where a reader would.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sql/ast.h"

namespace tidemill {

class SqlWriter {
 public:
  // Writes an expression, in parentheses when its outermost operator binds less tightly than `precedence`.
  void write(const ast::Expression& expression, int precedence = 0);
  void write(const ast::Query& query);
  void write(const ast::QueryBody& body);
  void write(const ast::TableReference& table);
  void write(const ast::Statement& statement);
  void write(const ast::TypeName& type);
  void write(const ast::IntervalQualifier& qualifier);
  void write(const ast::WindowSpecification& window);
  void write(const std::vector<ast::Hint>& hints);
  void write(const ast::QualifiedName& name);
  void write(const ast::Identifier& name);
  // Writes (name, name).
  void write_names(const std::vector<ast::Identifier>& names);
  void write_order_by(const std::vector<ast::OrderItem>& items);
  void write_order_items(const std::vector<ast::OrderItem>& items);

  void text(std::string_view text) { text_ += text; }
  void string(std::string_view text);
  // Writes each element through write_one, with ", " between.
  template <class Elements, class WriteOne>
  void list(const Elements& elements, WriteOne write_one) {
    bool first = true;
    for (const auto& element : elements) {
      if (!first) text_ += ", ";
      first = false;
      write_one(element);
    }
  }
  void list(const std::vector<ast::ExpressionPtr>& expressions) {
    list(expressions, [this](const ast::ExpressionPtr& expression) { write(*expression); });
  }

  std::string take() { return std::move(text_); }

 private:
  void write_literal(const ast::Literal& literal);
  void write_unary(const ast::Unary& node);
  void write_predicate(const ast::Expression& expression);
  void write_conditional(const ast::Expression& expression);
  void write_access(const ast::Expression& operand);
  void write_constructor(const ast::Expression& expression);
  void write_call(const ast::FunctionCall& call);
  void write_call_arguments(const ast::FunctionCall& call);
  void write_special_arguments(const ast::FunctionCall& call);
  void write_json_arguments(const ast::FunctionCall& call);
  void write_table_argument(const ast::TableArgument& argument);
  void write_bound(const ast::FrameBound& bound);

  void write_select(const ast::Select& select);
  void write_set_operation(const ast::SetOperation& operation);
  void write_grouping(const ast::GroupingElement& element);
  void write_join(const ast::JoinedTable& join);
  void write_table_head(const ast::TableReference& table);
  void write_alias(const ast::TableAlias& alias);
  void write_match(const ast::MatchTable& match);
  void write_row_pattern(const ast::RowPattern& pattern);

  void write_create_table(const ast::CreateTable& table);
  void write_column(const ast::ColumnDefinition& column);
  void write_table_clauses(const ast::CreateTable& table);
  void write_distribution(const ast::Distribution& distribution);
  void write_create_view(const ast::CreateView& view);
  void write_create_function(const ast::CreateFunction& function);
  void write_show(const ast::Show& show);
  void write_insert(const ast::Insert& insert);
  void write_explain(const ast::Explain& explain);

  std::string text_;
};

}  // namespace tidemill
