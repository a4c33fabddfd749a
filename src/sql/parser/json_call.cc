// sql/parser/json_call.cc - calls of the JSON functions, with words among their arguments. Rule: every form ends in
// arguments at fixed places, defaults put in (sql/ast/function_call.h); words that Flink does not reserve are matched
// by their text.

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

using ast::CallSyntax;
using ast::ExpressionPtr;
using ast::FunctionCall;

void add_symbol(TokenCursor& cursor, FunctionCall& call, std::string_view text) {
  auto symbol = cursor.make<ast::Symbol>(call.location);
  symbol->text = text;
  add_argument(call, std::move(symbol));
}

ExpressionPtr make_null(TokenCursor& cursor, SourceLocation location) { return cursor.make<ast::Literal>(location); }

// Reads the text and the path.
void parse_json_and_path(TokenCursor& cursor, FunctionCall& call) {
  add_argument(call, parse_expression(cursor));
  cursor.expect(TokenKind::kComma);
  add_argument(call, parse_expression(cursor));
  if (at_word(cursor, "PASSING")) fail_not_supported(cursor, "PASSING");
}

// JSON_EXISTS(x, path [word ON ERROR])
void parse_exists(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kJsonExists;
  parse_json_and_path(cursor, call);
  std::string_view word = "FALSE";
  bool given = true;
  if (cursor.accept(Keyword::kTrue))
    word = "TRUE";
  else if (cursor.accept(Keyword::kUnknown))
    word = "UNKNOWN";
  else if (cursor.accept(Keyword::kError))
    word = "ERROR";
  else
    given = cursor.accept(Keyword::kFalse);
  if (given) {
    cursor.expect(Keyword::kOn);
    cursor.expect(Keyword::kError);
  }
  add_symbol(cursor, call, word);
}

// What to give where nothing is found, or something else: a word, and a value behind DEFAULT.
struct Behaviour {
  std::string_view word;  // empty: not written
  ExpressionPtr value;
};

struct Behaviours {
  Behaviour on_empty, on_error;
};

// Reads [word ON EMPTY] [word ON ERROR], in any order; `parse_word` reads a word, or gives one without text.
template <class ParseWord>
Behaviours parse_behaviours(TokenCursor& cursor, ParseWord parse_word) {
  Behaviours behaviours;
  while (behaviours.on_empty.word.empty() || behaviours.on_error.word.empty()) {
    Behaviour behaviour = parse_word();
    if (behaviour.word.empty()) break;
    cursor.expect(Keyword::kOn);
    const bool empty = behaviours.on_empty.word.empty() && cursor.accept(Keyword::kEmpty);
    if (!empty && !behaviours.on_error.word.empty()) cursor.fail_expected();
    if (!empty) cursor.expect(Keyword::kError);
    (empty ? behaviours.on_empty : behaviours.on_error) = std::move(behaviour);
  }
  return behaviours;
}

// JSON_VALUE(x, path [RETURNING type] [word ON EMPTY] [word ON ERROR])
void parse_value(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kJsonValue;
  parse_json_and_path(cursor, call);
  auto returning = cursor.make<ast::Cast>(cursor.location());
  returning->operand = make_null(cursor, cursor.location());
  returning->type.location = cursor.location();
  returning->type.kind = ast::TypeNameKind::kString;
  if (accept_word(cursor, "RETURNING")) returning->type = parse_type_name(cursor);
  add_argument(call, std::move(returning));
  const SourceLocation location = cursor.location();
  Behaviours behaviours = parse_behaviours(cursor, [&]() -> Behaviour {
    if (cursor.accept(Keyword::kNull)) return {"NULL", nullptr};
    if (cursor.accept(Keyword::kError)) return {"ERROR", nullptr};
    if (cursor.accept(Keyword::kDefault)) return {"DEFAULT", parse_expression(cursor)};
    return {};
  });
  for (Behaviour* behaviour : {&behaviours.on_empty, &behaviours.on_error}) {
    add_symbol(cursor, call, behaviour->word.empty() ? "NULL" : behaviour->word);
    add_argument(call, behaviour->value != nullptr ? std::move(behaviour->value) : make_null(cursor, location));
  }
}

// Reads [WITHOUT [ARRAY] WRAPPER | WITH [CONDITIONAL | UNCONDITIONAL] [ARRAY] WRAPPER].
std::string_view parse_wrapper(TokenCursor& cursor) {
  std::string_view word = "WITHOUT";
  if (cursor.accept(Keyword::kWith)) {
    word = "UNCONDITIONAL";
    if (accept_word(cursor, "CONDITIONAL"))
      word = "CONDITIONAL";
    else
      accept_word(cursor, "UNCONDITIONAL");
  } else if (!cursor.accept(Keyword::kWithout)) {
    return word;
  }
  cursor.accept(Keyword::kArray);
  expect_word(cursor, "WRAPPER");
  return word;
}

// JSON_QUERY(x, path [RETURNING STRING] [wrapper] [word ON EMPTY] [word ON ERROR])
void parse_query_call(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kJsonQuery;
  parse_json_and_path(cursor, call);
  if (accept_word(cursor, "RETURNING")) {
    const SourceLocation location = cursor.location();
    const ast::TypeName type = parse_type_name(cursor);
    if (type.kind != ast::TypeNameKind::kString && type.kind != ast::TypeNameKind::kVarchar)
      throw UserError(location, "JSON_QUERY RETURNING another type than STRING is not supported yet");
  }
  add_symbol(cursor, call, parse_wrapper(cursor));
  const Behaviours behaviours = parse_behaviours(cursor, [&]() -> Behaviour {
    if (cursor.accept(Keyword::kNull)) return {"NULL", nullptr};
    if (cursor.accept(Keyword::kError)) return {"ERROR", nullptr};
    if (!cursor.accept(Keyword::kEmpty)) return {};
    if (cursor.accept(Keyword::kArray)) return {"EMPTY ARRAY", nullptr};
    cursor.expect(Keyword::kObject);
    return {"EMPTY OBJECT", nullptr};
  });
  for (const Behaviour* behaviour : {&behaviours.on_empty, &behaviours.on_error}) {
    add_symbol(cursor, call, behaviour->word.empty() ? "NULL" : behaviour->word);
  }
}

bool at_on_null(TokenCursor& cursor) {
  const bool word = cursor.at(Keyword::kNull) || at_word(cursor, "ABSENT");
  return word && cursor.at(Keyword::kOn, 1) && cursor.at(Keyword::kNull, 2);
}

// Reads [NULL | ABSENT ON NULL] into argument 0.
void finish_on_null(TokenCursor& cursor, FunctionCall& call, std::string_view otherwise) {
  std::string_view word = otherwise;
  if (at_on_null(cursor)) {
    word = cursor.at(Keyword::kNull) ? "NULL" : "ABSENT";
    for (int i = 0; i < 3; ++i) cursor.take();
  }
  call.arguments.front().value->as<ast::Symbol>().text = word;
}

// [KEY] key VALUE value, key : value
void parse_member(TokenCursor& cursor, FunctionCall& call) {
  const bool is_column = cursor.at(TokenKind::kColon, 1) || cursor.at(Keyword::kValue, 1);
  if (cursor.at(Keyword::kKey) && !is_column) cursor.take();
  add_argument(call, parse_expression(cursor));
  if (!cursor.accept(TokenKind::kColon)) cursor.expect(Keyword::kValue);
  add_argument(call, parse_expression(cursor));
}

// JSON_OBJECT([member, …] [NULL | ABSENT ON NULL])
void parse_object(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kJsonObject;
  add_symbol(cursor, call, "");
  if (!cursor.at(TokenKind::kRightParen) && !at_on_null(cursor)) {
    do {
      parse_member(cursor, call);
    } while (cursor.accept(TokenKind::kComma));
  }
  finish_on_null(cursor, call, "NULL");
}

// JSON_OBJECTAGG(member [NULL | ABSENT ON NULL])
void parse_object_aggregate(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kJsonObject;
  add_symbol(cursor, call, "");
  parse_member(cursor, call);
  finish_on_null(cursor, call, "NULL");
}

// JSON_ARRAY([value, …] [NULL | ABSENT ON NULL])
void parse_array_call(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kJsonArray;
  add_symbol(cursor, call, "");
  if (!cursor.at(TokenKind::kRightParen) && !at_on_null(cursor)) {
    do {
      add_argument(call, parse_expression(cursor));
    } while (cursor.accept(TokenKind::kComma));
  }
  finish_on_null(cursor, call, "ABSENT");
}

// JSON_ARRAYAGG(value [ORDER BY …] [NULL | ABSENT ON NULL])
void parse_array_aggregate(TokenCursor& cursor, FunctionCall& call) {
  call.syntax = CallSyntax::kJsonArray;
  add_symbol(cursor, call, "");
  add_argument(call, parse_expression(cursor));
  if (cursor.accept(Keyword::kOrder)) {
    cursor.expect(Keyword::kBy);
    call.order_by = parse_order_items(cursor);
  }
  finish_on_null(cursor, call, "ABSENT");
}

struct JsonRule {
  std::string_view name;
  void (*parse)(TokenCursor&, FunctionCall&);
};
constexpr JsonRule kRules[] = {
    {"JSON_EXISTS", parse_exists},
    {"JSON_VALUE", parse_value},
    {"JSON_QUERY", parse_query_call},
    {"JSON_OBJECT", parse_object},
    {"JSON_ARRAY", parse_array_call},
    {"JSON_OBJECTAGG", parse_object_aggregate},
    {"JSON_ARRAYAGG", parse_array_aggregate},
};

const JsonRule* rule_at(TokenCursor& cursor) {
  if (!cursor.at(TokenKind::kLeftParen, 1)) return nullptr;
  for (const JsonRule& rule : kRules) {
    if (at_word(cursor, rule.name)) return &rule;
  }
  return nullptr;
}

}  // namespace

bool at_json_call(TokenCursor& cursor) { return rule_at(cursor) != nullptr; }

ExpressionPtr parse_json_call(TokenCursor& cursor) {
  const JsonRule& rule = *rule_at(cursor);
  const Token token = cursor.take();
  auto call = cursor.make<FunctionCall>(token.location);
  call->name.parts.push_back({std::string(cursor.text_of(token)), token.location, false});
  cursor.expect(TokenKind::kLeftParen);
  rule.parse(cursor, *call);
  cursor.expect(TokenKind::kRightParen);
  parse_call_suffixes(cursor, *call);
  return call;
}

}  // namespace tidemill
