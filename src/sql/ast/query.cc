#include "sql/ast/query.h"

namespace tidemill::ast {

void QueryDeleter::operator()(Query* query) const { std::default_delete<Query>()(query); }

QueryPtr make_query() { return QueryPtr(std::make_unique<Query>().release()); }

}  // namespace tidemill::ast
