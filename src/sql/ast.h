// sql/ast.h - the abstract syntax tree of a SQL script. Rule: pure data from the parser; nothing is looked up or typed
// yet.
#pragma once
#include "sql/ast/expression.h"
#include "sql/ast/function_call.h"
#include "sql/ast/identifier.h"
#include "sql/ast/match_recognize.h"
#include "sql/ast/query.h"
#include "sql/ast/statement.h"
#include "sql/ast/type_name.h"
