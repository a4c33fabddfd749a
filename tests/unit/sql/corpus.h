// tests/unit/sql/corpus.h - SQL with what must become of it. Rule: every kind of statement, clause, expression and
// error has an entry; the round-trip, error, prefix and mutation tests all run over it.
#pragma once
#include <span>
#include <string_view>

namespace tidemill::corpus {

struct Entry {
  std::string_view sql;
  std::string_view canonical;
};

// SQL that does not parse: "line:column message", and the advice.
struct ErrorEntry {
  std::string_view sql;
  std::string_view message;
  std::string_view hint;
};

std::span<const Entry> expressions();
std::span<const Entry> types();
std::span<const Entry> queries();
std::span<const Entry> statements();
std::span<const ErrorEntry> errors();

}  // namespace tidemill::corpus
