// tests/unit/sql/corpus.h - SQL that parses, each with its canonical text. Rule: every kind of statement, clause and
// expression has an entry; the round-trip, prefix and mutation tests all run over it.
#pragma once
#include <span>
#include <string_view>

namespace tidemill::corpus {

struct Entry {
  std::string_view sql;
  std::string_view canonical;
};

std::span<const Entry> expressions();
std::span<const Entry> types();
std::span<const Entry> queries();
std::span<const Entry> statements();

}  // namespace tidemill::corpus
