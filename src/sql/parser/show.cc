// sql/parser/show.cc - SHOW, USE and DESCRIBE. Rule: what Flink can show and this engine has not is refused by name.

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

constexpr std::string_view kUnsupportedShows[] = {"MODULES",    "FULL",   "JARS",         "JOBS",       "PARTITIONS",
                                                  "PROCEDURES", "MODELS", "MATERIALIZED", "CONNECTIONS"};
constexpr std::string_view kUnsupportedShowCreates[] = {"CATALOG", "DATABASE", "MODEL", "MATERIALIZED"};
constexpr std::string_view kUnsupportedUses[] = {"MODULES"};
constexpr std::string_view kUnsupportedDescribes[] = {"FUNCTION", "CATALOG", "DATABASE", "JOB", "MODEL"};

// Reads [NOT] LIKE 'pattern' or ILIKE 'pattern'.
void parse_pattern(TokenCursor& cursor, ast::Show& show, bool ilike_allowed) {
  show.like_negated = cursor.accept(Keyword::kNot);
  const bool ilike = ilike_allowed && cursor.accept(Keyword::kIlike);
  if (!ilike && !cursor.accept(Keyword::kLike)) {
    if (show.like_negated) cursor.fail_expected();
    return;
  }
  show.like_ignores_case = ilike;
  show.like = parse_string(cursor, "a pattern in single quotes");
}

bool accept_from(TokenCursor& cursor) { return cursor.accept(Keyword::kFrom) || cursor.accept(Keyword::kIn); }

void parse_show_create(TokenCursor& cursor, ast::Show& show) {
  refuse_unsupported(cursor, "SHOW CREATE", kUnsupportedShowCreates);
  const bool view = cursor.accept(Keyword::kView);
  if (!view) cursor.expect(Keyword::kTable);
  show.object = view ? ast::ShowKind::kCreateView : ast::ShowKind::kCreateTable;
  show.name = parse_qualified_name(cursor, view ? "a view name" : "a table name");
}

// Reads CATALOGS, DATABASES, CURRENT CATALOG or CURRENT DATABASE, if one is there.
bool accept_catalogs(TokenCursor& cursor, ast::Show& show) {
  if (accept_word(cursor, "CURRENT")) {
    const bool catalog = accept_word(cursor, "CATALOG");
    if (!catalog && !accept_word(cursor, "DATABASE")) cursor.fail_expected();
    show.object = catalog ? ast::ShowKind::kCurrentCatalog : ast::ShowKind::kCurrentDatabase;
    return true;
  }
  if (accept_word(cursor, "CATALOGS")) {
    show.object = ast::ShowKind::kCatalogs;
  } else if (accept_word(cursor, "DATABASES")) {
    show.object = ast::ShowKind::kDatabases;
    if (accept_from(cursor)) show.name = parse_qualified_name(cursor, "a catalog name");
  } else {
    return false;
  }
  parse_pattern(cursor, show, true);
  return true;
}

}  // namespace

ast::StatementPtr parse_show(TokenCursor& cursor) {
  cursor.take();
  auto show = std::make_unique<ast::Show>();
  if (cursor.accept(Keyword::kCreate)) {
    parse_show_create(cursor, *show);
    return show;
  }
  if (cursor.accept(Keyword::kColumns)) {
    show->object = ast::ShowKind::kColumns;
    if (!accept_from(cursor)) cursor.fail_expected();
    show->name = parse_qualified_name(cursor, "a table name");
    parse_pattern(cursor, *show, false);
    return show;
  }
  if (accept_catalogs(cursor, *show)) return show;
  refuse_unsupported(cursor, "SHOW", kUnsupportedShows);
  show->user_functions = cursor.accept(Keyword::kUser);
  bool functions = show->user_functions;
  if (show->user_functions)
    cursor.expect(Keyword::kFunctions);
  else
    functions = cursor.accept(Keyword::kFunctions);
  if (functions)
    show->object = ast::ShowKind::kFunctions;
  else if (cursor.accept(Keyword::kViews))
    show->object = ast::ShowKind::kViews;
  else if (cursor.accept(Keyword::kTables))
    show->object = ast::ShowKind::kTables;
  else
    cursor.fail_expected("CREATE");
  if (accept_from(cursor)) show->name = parse_qualified_name(cursor, "a database name");
  parse_pattern(cursor, *show, functions);
  return show;
}

ast::StatementPtr parse_use(TokenCursor& cursor) {
  cursor.take();
  const bool two_names = at_identifier(cursor, 1);
  if (two_names) refuse_unsupported(cursor, "USE", kUnsupportedUses);
  auto use = std::make_unique<ast::Use>();
  use->catalog = two_names && accept_word(cursor, "CATALOG");
  use->name = parse_qualified_name(cursor, use->catalog ? "a catalog name" : "a database name");
  return use;
}

ast::StatementPtr parse_describe(TokenCursor& cursor) {
  cursor.take();
  auto describe = std::make_unique<ast::Describe>();
  if (cursor.at(Keyword::kExtended)) {
    cursor.take();
    describe->extended = true;
  }
  if (at_string(cursor)) {
    describe->path = parse_string(cursor);
    return describe;
  }
  const bool known = cursor.at(Keyword::kFunction) || at_identifier(cursor, 1);
  if (known) refuse_unsupported(cursor, "DESCRIBE", kUnsupportedDescribes);
  cursor.expecting("a file in single quotes");
  describe->name = parse_qualified_name(cursor, "a table name");
  return describe;
}

}  // namespace tidemill
