// sql/to_sql/function_call.cc - function calls and windows as SQL. Rule: a built-in's name is in upper case, one in
// back-quotes stays as it is.
#include <fmt/format.h>

#include "sql/keyword.h"
#include "sql/precedence.h"
#include "sql/to_sql/sql_writer.h"

namespace tidemill {
namespace {

using ast::CallSyntax;

}  // namespace

void SqlWriter::write_call(const ast::FunctionCall& call) {
  const bool plain_name = call.name.parts.size() == 1 && !call.name.last().quoted;
  if (plain_name)
    text_ += upper_case(call.name.last().name);  // a function's name has no case
  else
    write(call.name);
  if (call.syntax == CallSyntax::kNoParens) return;
  if (call.syntax == CallSyntax::kMeasure) {
    text_ += ' ';
    return write(*call.arguments.front().value);
  }
  text_ += '(';
  if (call.syntax == CallSyntax::kPlain)
    write_call_arguments(call);
  else
    write_special_arguments(call);
  text_ += ')';
  if (call.nulls == ast::NullTreatment::kRespect) text_ += " RESPECT NULLS";
  if (call.nulls == ast::NullTreatment::kIgnore) text_ += " IGNORE NULLS";
  if (!call.order_by.empty()) {
    text_ += " WITHIN GROUP (";
    write_order_by(call.order_by);
    text_ += ')';
  }
  if (call.filter != nullptr) {
    text_ += " FILTER (WHERE ";
    write(*call.filter);
    text_ += ')';
  }
  if (!call.over) return;
  text_ += " OVER ";
  const ast::WindowSpecification& over = *call.over;
  const bool named = over.base && over.partition_by.empty() && over.order_by.empty() && !over.frame;
  if (named)
    write(*over.base);
  else
    write(over);
}

void SqlWriter::write_call_arguments(const ast::FunctionCall& call) {
  if (call.distinct) text_ += "DISTINCT ";
  list(call.arguments, [this](const ast::FunctionArgument& argument) {
    if (argument.name) {
      write(*argument.name);
      text_ += " => ";
    }
    write(*argument.value);
  });
}

// Writes the arguments of EXTRACT and its like with the words between them.
void SqlWriter::write_special_arguments(const ast::FunctionCall& call) {
  const auto argument = [&](size_t i, int precedence = 0) { write(*call.arguments[i].value, precedence); };
  const auto optional_argument = [&](std::string_view word, size_t i) {
    if (i >= call.arguments.size()) return;
    text_ += word;
    argument(i);
  };
  switch (call.syntax) {
    case CallSyntax::kPlain:
    case CallSyntax::kNoParens:
    case CallSyntax::kMeasure:
      break;
    case CallSyntax::kExtract:
      argument(0);
      optional_argument(" FROM ", 1);
      break;
    case CallSyntax::kPosition:
      argument(0, kPrecedenceRange + 1);
      optional_argument(" IN ", 1);
      optional_argument(" FROM ", 2);
      break;
    case CallSyntax::kTrim:
      argument(0);
      optional_argument(" ", 1);
      optional_argument(" FROM ", 2);
      break;
    case CallSyntax::kSubstring:
      argument(0);
      optional_argument(" FROM ", 1);
      optional_argument(" FOR ", 2);
      break;
    case CallSyntax::kOverlay:
      argument(0);
      optional_argument(" PLACING ", 1);
      optional_argument(" FROM ", 2);
      optional_argument(" FOR ", 3);
      break;
    case CallSyntax::kFloorTo:
      argument(0);
      optional_argument(" TO ", 1);
      break;
    case CallSyntax::kJsonExists:
    case CallSyntax::kJsonValue:
    case CallSyntax::kJsonQuery:
    case CallSyntax::kJsonObject:
    case CallSyntax::kJsonArray:
      write_json_arguments(call);
      break;
  }
}

// Writes the arguments of JSON functions; every word that may be left out is written.
void SqlWriter::write_json_arguments(const ast::FunctionCall& call) {
  const auto argument = [&](size_t i) { write(*call.arguments[i].value); };
  const auto behaviour = [&](size_t word, bool has_value, std::string_view event) {
    text_ += ' ';
    argument(word);
    const bool is_default = call.arguments[word].value->as<ast::Symbol>().text == "DEFAULT";
    if (has_value && is_default) {
      text_ += ' ';
      argument(word + 1);
    }
    text_ += event;
  };
  if (call.syntax == CallSyntax::kJsonObject || call.syntax == CallSyntax::kJsonArray) {
    for (size_t i = 1; i < call.arguments.size(); ++i) {
      const bool value = call.syntax == CallSyntax::kJsonObject && i % 2 == 0;
      if (i > 1) text_ += value ? " VALUE " : ", ";
      argument(i);
    }
    if (call.arguments.size() > 1) text_ += ' ';
    argument(0);
    text_ += " ON NULL";
    return;
  }
  argument(0);
  text_ += ", ";
  argument(1);
  if (call.syntax == CallSyntax::kJsonExists) return behaviour(2, false, " ON ERROR");
  if (call.syntax == CallSyntax::kJsonValue) {
    text_ += " RETURNING ";
    write(call.arguments[2].value->as<ast::Cast>().type);
    behaviour(3, true, " ON EMPTY");
    return behaviour(5, true, " ON ERROR");
  }
  const std::string& wrapper = call.arguments[2].value->as<ast::Symbol>().text;
  text_ += wrapper == "WITHOUT" ? " WITHOUT WRAPPER" : fmt::format(" WITH {} WRAPPER", wrapper);
  behaviour(3, false, " ON EMPTY");
  behaviour(4, false, " ON ERROR");
}

void SqlWriter::write_table_argument(const ast::TableArgument& argument) {
  if (argument.query != nullptr) {
    text_ += '(';
    write(*argument.query);
    text_ += ')';
  } else {
    text_ += "TABLE ";
    if (argument.path)
      string(*argument.path);
    else
      write(argument.table);
  }
  if (!argument.partition_by.empty()) {
    text_ += " PARTITION BY (";
    list(argument.partition_by);
    text_ += ')';
  }
  if (!argument.order_by.empty()) {
    text_ += " ORDER BY (";
    write_order_items(argument.order_by);
    text_ += ')';
  }
}

void SqlWriter::write_order_by(const std::vector<ast::OrderItem>& items) {
  text_ += "ORDER BY ";
  write_order_items(items);
}

void SqlWriter::write_order_items(const std::vector<ast::OrderItem>& items) {
  list(items, [this](const ast::OrderItem& item) {
    write(*item.expression);
    if (item.descending) text_ += " DESC";
    if (item.nulls == ast::NullsOrder::kFirst) text_ += " NULLS FIRST";
    if (item.nulls == ast::NullsOrder::kLast) text_ += " NULLS LAST";
  });
}

void SqlWriter::write_bound(const ast::FrameBound& bound) {
  switch (bound.kind) {
    case ast::FrameBoundKind::kUnboundedPreceding:
      text_ += "UNBOUNDED PRECEDING";
      return;
    case ast::FrameBoundKind::kUnboundedFollowing:
      text_ += "UNBOUNDED FOLLOWING";
      return;
    case ast::FrameBoundKind::kCurrentRow:
      text_ += "CURRENT ROW";
      return;
    case ast::FrameBoundKind::kPreceding:
    case ast::FrameBoundKind::kFollowing:
      break;
  }
  write(*bound.offset);
  text_ += bound.kind == ast::FrameBoundKind::kPreceding ? " PRECEDING" : " FOLLOWING";
}

void SqlWriter::write(const ast::WindowSpecification& window) {
  std::string_view separator;
  text_ += '(';
  if (window.base) {
    write(*window.base);
    separator = " ";
  }
  if (!window.partition_by.empty()) {
    text_ += fmt::format("{}PARTITION BY ", separator);
    list(window.partition_by);
    separator = " ";
  }
  if (!window.order_by.empty()) {
    text_ += separator;
    write_order_by(window.order_by);
    separator = " ";
  }
  if (window.frame) {
    text_ += fmt::format("{}{} BETWEEN ", separator, window.frame->unit == ast::FrameUnit::kRows ? "ROWS" : "RANGE");
    write_bound(window.frame->start);
    text_ += " AND ";
    write_bound(window.frame->end);
  }
  text_ += ')';
}

}  // namespace tidemill
