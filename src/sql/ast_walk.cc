#include "sql/ast_walk.h"

namespace tidemill {
namespace {

class Walk {
 public:
  explicit Walk(AstVisitor& visitor) : visitor_(visitor) {}

  void statement(const ast::Statement& statement) {
    switch (statement.kind) {
      case ast::StatementKind::kCreateTable:
        return create_table(statement.as<ast::CreateTable>());
      case ast::StatementKind::kCreateView:
        return query(statement.as<ast::CreateView>().query);
      case ast::StatementKind::kInsert:
        return insert(statement.as<ast::Insert>());
      case ast::StatementKind::kStatementSet:
        for (const auto& one : statement.as<ast::StatementSet>().inserts) insert(*one);
        return;
      case ast::StatementKind::kExplain:
        return this->statement(*statement.as<ast::Explain>().statement);
      case ast::StatementKind::kQuery:
        return query(statement.as<ast::QueryStatement>().query);
      default:
        return;  // no expression in it
    }
  }

  void expression(const ast::ExpressionPtr& expression) {
    if (!expression) return;
    visitor_.visit(*expression);
    inside(*expression);
  }

 private:
  void create_table(const ast::CreateTable& table) {
    for (const ast::ColumnDefinition& column : table.columns) {
      const auto* computed = std::get_if<ast::ComputedColumn>(&column.definition);
      if (computed != nullptr) expression(computed->expression);
    }
    if (table.watermark) expression(table.watermark->expression);
    query(table.query);
  }

  void insert(const ast::Insert& insert) {
    for (const ast::InsertPartition& partition : insert.partition) expression(partition.value);
    query(insert.query);
  }

  void query(const ast::QueryPtr& query) {
    if (!query) return;
    visitor_.visit(*query);
    for (const ast::CommonTableExpression& common : query->with) this->query(common.query);
    body(*query->body);
    order(query->order_by);
    expression(query->limit);
    expression(query->offset);
  }

  void body(const ast::QueryBody& body) {
    switch (body.kind) {
      case ast::QueryBodyKind::kSelect:
        return select(body.as<ast::Select>());
      case ast::QueryBodyKind::kValues:
        for (const auto& row : body.as<ast::Values>().rows) expressions(row);
        return;
      case ast::QueryBodyKind::kTable:
        return;
      case ast::QueryBodyKind::kSetOperation:
        for (const ast::QueryBodyPtr& operand : body.as<ast::SetOperation>().operands) this->body(*operand);
        return;
      case ast::QueryBodyKind::kNested:
        return query(body.as<ast::NestedQuery>().query);
    }
  }

  void select(const ast::Select& select) {
    visitor_.visit(select);
    for (const ast::SelectItem& item : select.items) expression(item.expression);
    if (select.from) table(*select.from);
    expression(select.where);
    for (const ast::GroupingElement& element : select.group_by) group(element);
    expression(select.having);
    for (const ast::NamedWindow& window : select.windows) this->window(window.specification);
    expression(select.qualify);
  }

  void group(const ast::GroupingElement& element) {
    expressions(element.expressions);
    for (const ast::GroupingElement& inner : element.elements) group(inner);
  }

  void table(const ast::TableReference& table) {
    visitor_.visit(table);
    switch (table.kind) {
      case ast::TableKind::kNamed:
        return expression(table.as<ast::NamedTable>().as_of);
      case ast::TableKind::kDerived:
        return query(table.as<ast::DerivedTable>().query);
      case ast::TableKind::kFunction:
        return call(*table.as<ast::FunctionTable>().call);
      case ast::TableKind::kUnnest:
        return expressions(table.as<ast::UnnestTable>().operands);
      case ast::TableKind::kJoin: {
        const auto& join = table.as<ast::JoinedTable>();
        this->table(*join.left);
        this->table(*join.right);
        return expression(join.on);
      }
      case ast::TableKind::kMatch:
        return match(table.as<ast::MatchTable>());
    }
  }

  void match(const ast::MatchTable& match) {
    table(*match.input);
    expressions(match.partition_by);
    order(match.order_by);
    for (const ast::Measure& measure : match.measures) expression(measure.expression);
    expression(match.within);
    for (const ast::RowPatternDefinition& definition : match.definitions) expression(definition.condition);
  }

  void window(const ast::WindowSpecification& window) {
    visitor_.visit(window);
    expressions(window.partition_by);
    order(window.order_by);
    if (!window.frame) return;
    expression(window.frame->start.offset);
    expression(window.frame->end.offset);
  }

  void call(const ast::FunctionCall& call) {
    for (const ast::FunctionArgument& argument : call.arguments) expression(argument.value);
    order(call.order_by);
    expression(call.filter);
    if (call.over) window(*call.over);
  }

  void order(const std::vector<ast::OrderItem>& items) {
    for (const ast::OrderItem& item : items) expression(item.expression);
  }

  void expressions(const std::vector<ast::ExpressionPtr>& many) {
    for (const ast::ExpressionPtr& one : many) expression(one);
  }

  void inside(const ast::Expression& node) {
    using enum ast::ExpressionKind;
    switch (node.kind) {
      case kLiteral:
      case kColumn:
      case kStar:
      case kSymbol:
      case kDescriptor:
        return;
      case kUnary:
        return expression(node.as<ast::Unary>().operand);
      case kBinary:
        expression(node.as<ast::Binary>().left);
        return expression(node.as<ast::Binary>().right);
      case kLogical:
        return expressions(node.as<ast::Logical>().operands);
      case kIs:
        return expression(node.as<ast::Is>().operand);
      case kCast:
        return expression(node.as<ast::Cast>().operand);
      case kFunction:
        return call(node.as<ast::FunctionCall>());
      case kField:
        return expression(node.as<ast::FieldAccess>().operand);
      case kItem:
        expression(node.as<ast::ItemAccess>().operand);
        return expression(node.as<ast::ItemAccess>().index);
      case kRow:
        return expressions(node.as<ast::RowConstructor>().elements);
      case kArray:
        return expressions(node.as<ast::ArrayConstructor>().elements);
      case kMap:
        return expressions(node.as<ast::MapConstructor>().entries);
      case kExists:
        return query(node.as<ast::Exists>().query);
      case kScalarQuery:
        return query(node.as<ast::ScalarQuery>().query);
      default:
        return inside_more(node);
    }
  }

  void inside_more(const ast::Expression& node) {
    using enum ast::ExpressionKind;
    if (const auto* between = node.try_as<ast::Between>()) {
      for (const ast::ExpressionPtr* one : {&between->operand, &between->lower, &between->upper}) expression(*one);
    } else if (const auto* like = node.try_as<ast::Like>()) {
      for (const ast::ExpressionPtr* one : {&like->operand, &like->pattern, &like->escape}) expression(*one);
    } else if (const auto* in_list = node.try_as<ast::InList>()) {
      expression(in_list->operand);
      expressions(in_list->values);
    } else if (const auto* in_query = node.try_as<ast::InQuery>()) {
      expression(in_query->operand);
      query(in_query->query);
    } else if (const auto* quantified = node.try_as<ast::Quantified>()) {
      expression(quantified->operand);
      query(quantified->query);
      expressions(quantified->values);
    } else if (const auto* choice = node.try_as<ast::Case>()) {
      expression(choice->operand);
      for (const ast::CaseBranch& branch : choice->branches) {
        expressions(branch.conditions);
        expression(branch.result);
      }
      expression(choice->otherwise);
    } else if (const auto* table = node.try_as<ast::TableArgument>()) {
      query(table->query);
      expressions(table->partition_by);
      order(table->order_by);
    }
  }

  AstVisitor& visitor_;
};

}  // namespace

void walk(const ast::Statement& statement, AstVisitor& visitor) { Walk(visitor).statement(statement); }
void walk(const ast::ExpressionPtr& expression, AstVisitor& visitor) { Walk(visitor).expression(expression); }

}  // namespace tidemill
