#include "expr/function_registry.h"

#include <algorithm>
#include <cctype>

#include "expr/cast.h"
#include "expr/fitted_arguments.h"
#include "expr/table_function.h"

namespace tidemill {
namespace {

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string list_types(const std::vector<ExpressionPtr>& arguments) {
  std::string text;
  for (const ExpressionPtr& argument : arguments) {
    if (!text.empty()) text += ", ";
    text += argument->type().to_string();
  }
  return text;
}

// Overloads may share one doc, which is named once.
std::string list_forms(const std::vector<FunctionDoc>& docs) {
  std::vector<std::string_view> forms;
  for (const FunctionDoc& doc : docs) {
    if (!doc.syntax.empty() && std::ranges::find(forms, doc.syntax) == forms.end()) forms.push_back(doc.syntax);
  }
  return fmt::format("{}", fmt::join(forms, "; "));
}

[[noreturn]] void refuse(std::string_view name, const std::vector<ExpressionPtr>& arguments,
                         const std::vector<FunctionDoc>& docs, SourceLocation location) {
  throw UserError(location, fmt::format("{} cannot be applied to ({})", name, list_types(arguments)),
                  fmt::format("Forms that exist: {}. Where a type does not fit, CAST it.", list_forms(docs)));
}

// Binds; an error without a place of its own (a literal that cannot be cast) gets that of the call.
ExpressionPtr bind_at(const CallSite& site, const BindScalar& bind) {
  try {
    return bind(site);
  } catch (const UserError& error) {
    throw error.at(site.location);
  }
}

}  // namespace

bool CallSite::any_nullable() const {
  return std::ranges::any_of(arguments, [](const ExpressionPtr& e) { return e->type().nullable; });
}

const std::string* CallSite::literal_text(size_t i) const {
  const auto* literal = arguments[i]->try_as<Literal>();
  if (literal == nullptr || literal->value().is_null() || !literal->type().is_character()) return nullptr;
  return &literal->value().text();
}

FunctionRegistry::Entry& FunctionRegistry::open(std::string_view name) {
  Entry& entry = entries_[std::string(name)];
  if (entry.name.empty()) entry.name = name;
  return entry;
}

void FunctionRegistry::with_rule(std::string_view name, FunctionDoc doc, BindScalar bind) {
  open(name).overloads.push_back({doc, std::move(bind)});
}

void FunctionRegistry::aggregate(std::string_view name, FunctionDoc doc, BindAggregate bind) {
  open(name).aggregates.emplace_back(doc, std::move(bind));
}

void FunctionRegistry::of_clause(std::string_view clause, std::string_view name, FunctionDoc doc) {
  Entry& entry = open(name);
  entry.clause = clause;
  entry.clause_docs.push_back(doc);
}

void FunctionRegistry::alias(std::string_view alias, std::string_view name) {
  const auto found = entries_.find(name);
  CHECK_MSG(found != entries_.end(), "alias {} of unknown {}", alias, name);
  const Entry copy = found->second;
  entries_[std::string(alias)] = copy;
}

void FunctionRegistry::scalar(std::string_view name, FunctionDoc doc, TypedFunction function,
                              FunctionProperties properties) {
  properties.can_fail = properties.can_fail || function.may_fail;
  with_rule(name, doc, [function = std::move(function), properties](const CallSite& site) -> ExpressionPtr {
    auto arguments = fitted_arguments(site, function.parameters);
    if (!arguments) return nullptr;
    const bool nullable = function.always_nullable || (site.any_nullable() && !function.handles_null);
    return std::make_shared<Call>(std::string(site.name), function.kernel, std::move(*arguments),
                                  function.result.with_nullable(nullable), properties, site.location);
  });
}

bool FunctionRegistry::has_scalar(std::string_view name) const {
  const auto found = entries_.find(upper(name));
  return found != entries_.end() && !found->second.overloads.empty();
}

bool FunctionRegistry::has_aggregate(std::string_view name) const {
  const auto found = entries_.find(upper(name));
  return found != entries_.end() && !found->second.aggregates.empty();
}

std::string_view FunctionRegistry::clause_of(std::string_view name) const {
  const auto found = entries_.find(upper(name));
  if (found == entries_.end() || !found->second.overloads.empty() || !found->second.aggregates.empty()) return {};
  return found->second.clause;
}

const FunctionRegistry::Entry& FunctionRegistry::find(std::string_view name, SourceLocation location) const {
  const auto found = entries_.find(upper(name));
  if (found != entries_.end()) return found->second;
  if (entries_.contains(upper(table_function_name(name)))) {
    throw UserError(location, fmt::format("{} gives rows, and is not allowed here", name),
                    fmt::format("Write FROM t, LATERAL TABLE({}(…)) AS f(x).", name));
  }
  std::vector<std::string> names;
  for (const auto& [known, entry] : entries_) {
    if (known.starts_with(kTableFunctionPrefix)) continue;
    if (std::isalpha(static_cast<unsigned char>(known.front()))) names.push_back(known);
  }
  const auto nearest = nearest_name(name, names);
  throw UserError(location, fmt::format("There is no function {}", name),
                  nearest ? fmt::format("Did you mean {}?", *nearest) : "SHOW FUNCTIONS lists all functions");
}

ExpressionPtr FunctionRegistry::resolve(std::string_view name, std::vector<ExpressionPtr> arguments,
                                        SourceLocation location) const {
  const Entry& entry = find(name, location);
  const std::string& canonical = entry.name;
  if (!clause_of(name).empty()) {
    throw UserError(location, fmt::format("{} stands only in {}", canonical, entry.clause),
                    fmt::format("Forms that exist: {}.", list_forms(entry.clause_docs)));
  }
  std::vector<FunctionDoc> docs;
  for (const bool casts_allowed : {false, true}) {
    for (const Overload& overload : entry.overloads) {
      if (ExpressionPtr bound = bind_at({canonical, arguments, location, *this, casts_allowed}, overload.bind))
        return bound;
      if (casts_allowed) docs.push_back(overload.doc);
    }
  }
  if (entry.overloads.empty()) {
    throw UserError(location, fmt::format("{} is an aggregate function and is not allowed here", canonical),
                    "Aggregates belong in SELECT or HAVING of a query with GROUP BY");
  }
  refuse(canonical, arguments, docs, location);
}

AggregateCall FunctionRegistry::resolve_aggregate(std::string_view name, std::vector<ExpressionPtr> arguments,
                                                  SourceLocation location) const {
  const Entry& entry = find(name, location);
  const std::string& canonical = entry.name;
  std::vector<FunctionDoc> docs;
  for (const auto& [doc, bind] : entry.aggregates) {
    AggregateCall call = bind({canonical, arguments, location, *this, true});
    if (call.function) return call;
    docs.push_back(doc);
  }
  if (docs.empty()) throw UserError(location, fmt::format("{} is not an aggregate function", canonical));
  refuse(canonical, arguments, docs, location);
}

std::vector<FunctionListing> FunctionRegistry::list() const {
  std::vector<FunctionListing> listings;
  for (const auto& [name, entry] : entries_) {
    FunctionListing listing{name, !entry.aggregates.empty(), std::string(clause_of(name)), {}};
    for (const Overload& overload : entry.overloads) {
      if (!overload.doc.syntax.empty()) listing.docs.push_back(overload.doc);
    }
    for (const auto& [doc, bind] : entry.aggregates) listing.docs.push_back(doc);
    listing.docs.insert(listing.docs.end(), entry.clause_docs.begin(), entry.clause_docs.end());
    if (!listing.docs.empty()) listings.push_back(std::move(listing));  // others serve the binder only
  }
  std::ranges::stable_partition(listings, [](const FunctionListing& listing) {
    return std::isalpha(static_cast<unsigned char>(listing.name.front())) != 0;
  });
  return listings;
}

}  // namespace tidemill
