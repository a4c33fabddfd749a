// sql/binder/join.cc - JOIN and comma lists of FROM to plans. Rule: a column of USING stands once, in front of the
// others.
#include <algorithm>
#include <set>

#include "expr/type_coercion.h"
#include "plan/calc.h"
#include "plan/join_recognition.h"
#include "plan/passes/keys.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/subquery.h"

namespace tidemill {
namespace {

JoinType type_of(ast::JoinKind kind) {
  switch (kind) {
    case ast::JoinKind::kComma:
    case ast::JoinKind::kCross:
    case ast::JoinKind::kInner:
      return JoinType::kInner;
    case ast::JoinKind::kLeft:
      return JoinType::kLeft;
    case ast::JoinKind::kRight:
      return JoinType::kRight;
    case ast::JoinKind::kFull:
      return JoinType::kFull;
  }
  CHECK(false);
}

// The tables of both sides, those of the right one behind those of the left one.
std::vector<ScopeRelation> relations_of(const BoundRelation& left, const BoundRelation& right) {
  std::vector<ScopeRelation> relations = left.relations;
  for (ScopeRelation relation : right.relations) {
    relation.first += left.plan->schema()->size();
    relations.push_back(std::move(relation));
  }
  return relations;
}

void refuse_equal_aliases(const std::vector<ScopeRelation>& relations, SourceLocation location) {
  std::set<std::string> names;
  for (const ScopeRelation& relation : relations) {
    if (relation.path.empty() || names.insert(relation.path.back()).second) continue;
    throw UserError(location, fmt::format("FROM has {} twice", relation.path.back()),
                    fmt::format("Give one of them another name: {} AS b.", relation.path.back()));
  }
}

// Returns the only visible column of this name, nullopt where there is none. Throws UserError where there are several.
std::optional<int32_t> column_named(const BoundRelation& relation, const std::string& name, SourceLocation location) {
  std::optional<int32_t> found;
  for (const int32_t column : relation.visible) {
    if (relation.plan->schema()->field(column).name != name) continue;
    if (found) throw UserError(location, fmt::format("Column is ambiguous in USING: {}", name));
    found = column;
  }
  return found;
}

// A column that both sides have and are joined by: columns of the two inputs.
struct SharedColumn {
  std::string name;
  int32_t left;
  int32_t right;
  SourceLocation location;
};

std::vector<SharedColumn> shared_columns(const ast::JoinedTable& join, const BoundRelation& left,
                                         const BoundRelation& right) {
  std::vector<SharedColumn> shared;
  for (const ast::Identifier& column : join.using_columns) {
    const std::optional<int32_t> a = column_named(left, column.name, column.location);
    const std::optional<int32_t> b = column_named(right, column.name, column.location);
    if (!a || !b) {
      throw UserError(column.location, fmt::format("USING names a column that the {} side of the join lacks: {}",
                                                   a ? "right" : "left", column.name));
    }
    shared.push_back({column.name, *a, *b, column.location});
  }
  if (!join.natural) return shared;
  for (const int32_t column : left.visible) {
    const std::string& name = left.plan->schema()->field(column).name;
    const std::optional<int32_t> other = column_named(right, name, join.location);
    if (other) shared.push_back({name, column, *other, join.location});
  }
  return shared;
}

// Makes what USING and NATURAL leave visible: each shared column once, then the others of both sides.
class SharedColumns {
 public:
  SharedColumns(std::vector<SharedColumn> shared, const BoundRelation& left, const BoundRelation& right,
                const BindingContext& context)
      : shared_(std::move(shared)), left_(left), right_(right), context_(context) {}

  std::vector<ExpressionPtr> conditions() const {
    std::vector<ExpressionPtr> conditions;
    for (const SharedColumn& column : shared_) {
      const ExpressionPtr a = make_column(column.left, left_.plan->schema()->field(column.left).type);
      const ExpressionPtr b =
          make_column(left_.plan->schema()->size() + column.right, right_.plan->schema()->field(column.right).type);
      conditions.push_back(context_.functions.resolve("=", {a, b}, column.location));
    }
    return conditions;
  }

  // Returns the join's columns that are visible. Where either side may be missing, the shared ones are new columns
  // behind the others.
  BoundRelation finish(PlanPtr plan, std::vector<ScopeRelation> relations, JoinType type) const {
    const int32_t left_columns = left_.plan->schema()->size();
    std::vector<int32_t> visible;
    if (type == JoinType::kFull && !shared_.empty()) {
      plan = with_merged(std::move(plan), visible);
    } else {
      for (const SharedColumn& column : shared_)
        visible.push_back(type == JoinType::kRight ? left_columns + column.right : column.left);
    }
    for (const int32_t column : left_.visible) {
      if (std::ranges::find(shared_, column, &SharedColumn::left) == shared_.end()) visible.push_back(column);
    }
    for (const int32_t column : right_.visible) {
      if (std::ranges::find(shared_, column, &SharedColumn::right) == shared_.end())
        visible.push_back(left_columns + column);
    }
    return {std::move(plan), std::move(relations), std::move(visible)};
  }

 private:
  PlanPtr with_merged(PlanPtr plan, std::vector<int32_t>& visible) const {
    const int32_t left_columns = left_.plan->schema()->size();
    const SchemaPtr schema = plan->schema();
    std::vector<ExpressionPtr> columns = column_references(*schema);
    std::vector<std::string> names = schema->names();
    for (const SharedColumn& column : shared_) {
      visible.push_back(static_cast<int32_t>(columns.size()));
      names.push_back(column.name);
      const ExpressionPtr& right = columns[static_cast<size_t>(left_columns + column.right)];
      columns.push_back(
          context_.functions.resolve("COALESCE", {columns[static_cast<size_t>(column.left)], right}, column.location));
    }
    return make_project(std::move(plan), std::move(columns), std::move(names));
  }

  std::vector<SharedColumn> shared_;
  const BoundRelation& left_;
  const BoundRelation& right_;
  const BindingContext& context_;
};

// ON sees the columns as they come in, without the NULLs of rows that fit nothing.
Scope scope_of_on(const BoundRelation& left, const BoundRelation& right, SourceLocation location) {
  const PlanPtr pairs = make_join(left.plan, right.plan, JoinType::kInner, nullptr, RegularMatch{}, location);
  std::vector<int32_t> visible = left.visible;
  for (const int32_t column : right.visible) visible.push_back(left.plan->schema()->size() + column);
  return Scope(pairs->schema(), relations_of(left, right), std::move(visible));
}

struct OnConditions {
  std::vector<ExpressionPtr> of_join;
  // Those with sub-queries hold of the pairs.
  std::vector<ExpressionPtr> above;
  std::vector<const ast::Expression*> on_subqueries;
};

// In an inner join ON is as good as WHERE.
OnConditions bind_inner_on(const ast::Expression& on, ExpressionBinder& binder) {
  const WrittenConjuncts conjuncts = written_conjuncts(on);
  OnConditions conditions{{}, {}, conjuncts.on_subqueries};
  for (const ast::Expression* conjunct : conjuncts.on_rows) {
    for (ExpressionPtr& condition : conjuncts_of(binder.bind_condition(*conjunct)))
      (reads_subquery(*condition) ? conditions.above : conditions.of_join).push_back(std::move(condition));
  }
  return conditions;
}

// The right side of JOIN v FOR SYSTEM_TIME AS OF time; null for any other.
const ast::NamedTable* versioned_table(const ast::TableReference& table) {
  const auto* named = table.kind == ast::TableKind::kNamed ? &table.as<ast::NamedTable>() : nullptr;
  return named != nullptr && named->as_of ? named : nullptr;
}

// The time of FOR SYSTEM_TIME AS OF: a column of the left side that is a time attribute.
int32_t bind_as_of(const ast::NamedTable& table, const BoundRelation& left, const BindingContext& context) {
  const Scope scope = left.scope();
  ExpressionBinder binder(context, scope, "FOR SYSTEM_TIME AS OF");
  const ExpressionPtr bound = binder.bind(*table.as_of);
  const auto* column = bound->try_as<ColumnReference>();
  if (column == nullptr || scope.schema()->field(column->index()).time == TimeAttribute::kNone) {
    throw UserError(table.as_of->location, "FOR SYSTEM_TIME AS OF takes a time attribute of the left side",
                    "Name the column of WATERMARK FOR, or one declared AS PROCTIME(), passed on as it is.");
  }
  return column->index();
}

// Returns the join with versions. Throws UserError where a row could meet several of one time.
PlanPtr join_versions(const JoinNode& join, int32_t left_time, SourceLocation table) {
  if (join.type() != JoinType::kInner && join.type() != JoinType::kLeft)
    throw UserError(join.location(), "A join with FOR SYSTEM_TIME AS OF is an INNER or a LEFT JOIN");
  const std::optional<int32_t> versions = join.right()->schema()->rowtime_index();
  if (!versions) {
    throw UserError(table, "A table of versions needs a time attribute, and this one has none",
                    "Declare WATERMARK FOR the column that says from when a version is valid.");
  }
  if (!hold_unique_key(join.key_columns(1), *join.right())) {
    throw UserError(
        join.location(), "A join with FOR SYSTEM_TIME AS OF compares the primary key of the table of versions",
        "Declare PRIMARY KEY (…) NOT ENFORCED, or make a view of the last row of each key (ROW_NUMBER() OVER "
        "(PARTITION BY k ORDER BY ts DESC) = 1), and write ON left.k = right.k for each column of the key.");
  }
  const TemporalMatch match{left_time, *versions};
  return make_join(join.left(), join.right(), join.type(), join.condition(), match, join.location());
}

// Returns the join whose right table is asked for rows at the time of each left one.
PlanPtr join_lookup(const JoinNode& join, const LookupMatch& match) {
  if (join.type() != JoinType::kInner && join.type() != JoinType::kLeft)
    throw UserError(join.location(), "A join with FOR SYSTEM_TIME AS OF is an INNER or a LEFT JOIN");
  return make_join(join.left(), join.right(), join.type(), join.condition(), match, join.location());
}

}  // namespace

PlanPtr QueryBinder::bind_as_of_join(const JoinNode& join, const ast::NamedTable& table, const BoundRelation& left) {
  const int32_t time = bind_as_of(table, left, context_);
  if (left.plan->schema()->field(time).time == TimeAttribute::kRowtime)
    return join_versions(join, time, table.location);
  const std::string name = table.alias ? table.alias->name.name : table.path ? *table.path : table.name.last().name;
  const auto hint = lookup_hints_.find(name);
  return join_lookup(join, hint == lookup_hints_.end() ? LookupMatch{} : hint->second);
}

BoundRelation QueryBinder::bind_join(const ast::JoinedTable& join) {
  if (is_lateral(*join.right)) return bind_lateral_join(join);
  BoundRelation left = bind_from(*join.left);
  const ast::NamedTable* versions = versioned_table(*join.right);
  BoundRelation right = versions != nullptr ? bind_named(*versions) : bind_from(*join.right);
  refuse_equal_aliases(relations_of(left, right), join.right->location);
  const JoinType type = type_of(join.join);
  const Scope scope = scope_of_on(left, right, join.location);
  Subqueries subqueries(*this, scope);
  ExpressionBinder binder(context_, scope, "ON");
  binder.allow_subqueries(&subqueries);
  OnConditions on;
  if (join.on && type == JoinType::kInner) {
    on = bind_inner_on(*join.on, binder);
  } else if (join.on) {
    on.of_join.push_back(binder.bind_condition(*join.on));
    if (versions != nullptr && reads_subquery(*on.of_join.front()))
      refuse_unsupported(join.on->location, "A sub-query in ON of a LEFT JOIN with FOR SYSTEM_TIME AS OF");
    subqueries.place(left.plan, right.plan, {&on.of_join.front()});
  }
  const SharedColumns shared(shared_columns(join, left, right), left, right, context_);
  std::vector<ExpressionPtr> conditions = shared.conditions();
  conditions.insert(conditions.end(), on.of_join.begin(), on.of_join.end());
  const PlanPtr plan =
      make_join(left.plan, right.plan, type, conditions.empty() ? nullptr : make_and(conditions),
                RegularMatch{{left.hinted_ttl(state_ttl_hints_), right.hinted_ttl(state_ttl_hints_)}}, join.location);
  PlanPtr joined = versions != nullptr ? bind_as_of_join(plan->as<JoinNode>(), *versions, left)
                                       : recognize_join(plan->as<JoinNode>());
  joined = subqueries.filter(std::move(joined), std::move(on.above));
  for (const ast::Expression* conjunct : on.on_subqueries)
    joined = subqueries.filter(std::move(joined), *conjunct, binder);
  return shared.finish(std::move(joined), relations_of(left, right), type);
}

}  // namespace tidemill
