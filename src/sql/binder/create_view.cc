// sql/binder/create_view.cc - CREATE VIEW to a view definition. Rule: the query must bind now, and is bound anew at
// each use.
#include <set>

#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/table_binder.h"

namespace tidemill {

ViewDefinitionPtr bind_create_view(const ast::CreateView& statement, const BindingContext& context) {
  auto view = std::make_shared<ViewDefinition>();
  std::vector<std::string> parts;
  for (const ast::Identifier& part : statement.name.parts) parts.push_back(part.name);
  view->name = context.catalog.qualify(parts, statement.name.location());
  view->temporary = statement.temporary;
  view->query = statement.query_text;
  view->comment = statement.comment;
  view->columns_written = !statement.columns.empty();
  const PlanPtr plan = QueryBinder(context).bind(*statement.query);
  view->columns = plan->schema()->fields();
  if (view->columns_written && statement.columns.size() != view->columns.size()) {
    throw UserError(statement.name.location(), fmt::format("{} has {} names for {} columns", view->name.name,
                                                           statement.columns.size(), view->columns.size()));
  }
  for (size_t i = 0; i < statement.columns.size(); ++i) view->columns[i].name = statement.columns[i].name;
  std::set<std::string> names;
  for (size_t i = 0; i < view->columns.size(); ++i) {
    if (names.insert(view->columns[i].name).second) continue;
    throw UserError(view->columns_written ? statement.columns[i].location : statement.query->location,
                    fmt::format("Two columns of the view have this name: {}", view->columns[i].name),
                    "Rename one: … AS name.");
  }
  return view;
}

}  // namespace tidemill
