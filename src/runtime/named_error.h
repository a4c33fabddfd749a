// runtime/named_error.h - errors that say in which operator they happened. Rule: the innermost operator is named, once;
// the class of the error stays.
#pragma once
#include <string>

#include "base/error.h"

namespace tidemill {

// A UserError that says where it happened: by its place in the SQL, or by the kind of the operator, "Sink" of
// "Sink(table=[t], fields=[x])".
class NamedUserError final : public UserError {
 public:
  NamedUserError(const UserError& error, const std::string& name)
      : UserError(
            error.location() ? error.what() : fmt::format("{} (in {})", error.what(), name.substr(0, name.find('('))),
            error.hint(), error.location()) {}
};

// Calls `body`; a UserError that leaves it gets the operator's name.
template <class Body>
void with_operator_name(const std::string& name, Body&& body) {
  try {
    body();
  } catch (const NamedUserError&) {
    throw;  // of an operator further down the chain
  } catch (const UserError& error) {
    throw NamedUserError(error, name);
  }
}

}  // namespace tidemill
