// expr/function_registry.h - the functions that SQL may name. Rule: filled by explicit calls (functions/all.h),
// read-only afterwards and then safe from any thread; names are matched in upper case.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "expr/aggregate.h"
#include "expr/expression.h"
#include "expr/typed_function.h"

namespace tidemill {

// What SHOW FUNCTIONS and the documentation say: the forms of the call, what it does, one example with its result.
struct FunctionDoc {
  std::string_view syntax;   // "LPAD(text, length, pad)"; operators as written: "a + b"
  std::string_view text;     // one sentence
  std::string_view example;  // "LPAD('hi', 4, '?') = '??hi'"; of an aggregate "MAX(x) = 3 for x in 1, 3". Tests run it
};

class FunctionRegistry;

constexpr std::string_view kOverClause = "OVER";  // of functions that need it

// A call to be bound.
struct CallSite {
  std::string_view name;  // as registered
  std::span<const ExpressionPtr> arguments;
  SourceLocation location;
  const FunctionRegistry& registry;  // for functions that are made of others
  bool casts_allowed = true;         // false in the first round, where an overload fits only if it needs no cast

  size_t size() const { return arguments.size(); }
  const Type& type(size_t i) const { return arguments[i]->type(); }
  // True where some argument may be NULL.
  bool any_nullable() const;
  // Returns the text of a literal character argument, or nullptr.
  const std::string* literal_text(size_t i) const;
};

// Returns the bound call, or nullptr where the arguments' number or types do not fit (the registry then tries the next
// overload, and last reports the forms that exist). May throw UserError where it knows better what is wrong.
using BindScalar = std::function<ExpressionPtr(const CallSite&)>;

// A bound aggregate: the function, and its argument with the casts it needs (nullptr for COUNT(*)).
struct AggregateCall {
  AggregateFunctionPtr function;
  ExpressionPtr argument;
};
using BindAggregate = std::function<AggregateCall(const CallSite&)>;  // function nullptr: does not fit

struct FunctionListing {
  std::string name;
  bool is_aggregate = false;
  std::string clause;             // the one that it stands in only; empty for all others
  std::vector<FunctionDoc> docs;  // one an overload that has its own
};

class FunctionRegistry {
 public:
  // Registers a typed C++ lambda; SQL types, NULL handling and loops come from its signature (expr/typed_function.h).
  // Arguments are cast implicitly to the parameter types. A name may be registered several times: overloads, tried in
  // order of registration, those without casts first.
  template <class Body>
  void scalar(std::string_view name, FunctionDoc doc, Body body, FunctionProperties properties = {}) {
    scalar(name, doc, make_typed_function(std::move(body)), properties);
  }
  // The same with a kernel written by hand.
  void scalar(std::string_view name, FunctionDoc doc, TypedFunction function, FunctionProperties properties = {});
  // Registers a function with a type rule of its own. `doc.syntax` empty: the form is not listed (a special case of
  // another one).
  void with_rule(std::string_view name, FunctionDoc doc, BindScalar bind);
  void aggregate(std::string_view name, FunctionDoc doc, BindAggregate bind);
  // Registers a function that stands in a clause only ("OVER", "GROUP BY"), whose binder knows what it means.
  void of_clause(std::string_view clause, std::string_view name, FunctionDoc doc);
  // Makes `alias` another name of `name`. Requires: `name` is registered and complete.
  void alias(std::string_view alias, std::string_view name);

  bool has_scalar(std::string_view name) const;
  bool has_aggregate(std::string_view name) const;
  // Returns the clause that such a function stands in; nothing where it is none, or has another form besides.
  std::string_view clause_of(std::string_view name) const;

  // Returns the call bound to the best overload, with implicit casts put in. Operators have their SQL spelling as name:
  // + - * / % || = <> < <= > >= LIKE "NOT LIKE" "SIMILAR TO" "IS NULL" "IS NOT NULL" "IS TRUE" … "IS DISTINCT FROM" IN
  // BETWEEN CASE (condition, result, …, otherwise); "-" and "+" also take one argument. A keyword argument (DAY in
  // EXTRACT(DAY FROM x), LEADING in TRIM) is given as a literal of its text in upper case.
  // Throws UserError at `location`: unknown name (with the nearest one), or no such form (with those that exist).
  ExpressionPtr resolve(std::string_view name, std::vector<ExpressionPtr> arguments, SourceLocation location) const;
  // The same for aggregates. COUNT(*) has no argument.
  AggregateCall resolve_aggregate(std::string_view name, std::vector<ExpressionPtr> arguments,
                                  SourceLocation location) const;

  // Returns all functions by name; operators (names that do not start with a letter) last.
  std::vector<FunctionListing> list() const;

 private:
  struct Overload {
    FunctionDoc doc;
    BindScalar bind;
  };
  struct Entry {
    std::string name;  // the one registered first, which the calls of an alias carry too
    std::vector<Overload> overloads;
    std::vector<std::pair<FunctionDoc, BindAggregate>> aggregates;
    std::string clause;  // of the function of a clause
    std::vector<FunctionDoc> clause_docs;
  };

  Entry& open(std::string_view name);
  const Entry& find(std::string_view name, SourceLocation location) const;

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace tidemill
