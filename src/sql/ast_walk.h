// sql/ast_walk.h - goes through all of a statement as written. Rule: every query, table and expression is shown once,
// in the order of the text, what is outside before what is inside.
#pragma once
#include "sql/ast.h"

namespace tidemill {

// Told what there is; the default of each is to do nothing.
class AstVisitor {
 public:
  virtual ~AstVisitor() = default;
  virtual void visit(const ast::Query&) {}
  virtual void visit(const ast::Select&) {}
  virtual void visit(const ast::TableReference&) {}
  virtual void visit(const ast::Expression&) {}
  // Of OVER and of WINDOW name AS.
  virtual void visit(const ast::WindowSpecification&) {}
};

// Walks by recursion: the parser bounds the height of what it makes.
void walk(const ast::Statement& statement, AstVisitor& visitor);
void walk(const ast::ExpressionPtr& expression, AstVisitor& visitor);

}  // namespace tidemill
