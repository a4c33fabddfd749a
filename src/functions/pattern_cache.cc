#include "functions/pattern_cache.h"

#include <array>
#include <vector>

#include "base/byte_search.h"
#include "functions/string_pieces.h"

namespace tidemill {
namespace {

// Requires: `part` is not empty.
int32_t count_text(std::string_view text, std::string_view part) {
  if (part.size() == 1) return static_cast<int32_t>(count_byte(text, part.front()));
  int32_t count = 0;
  for (size_t at = find_bytes(text, part); at != std::string_view::npos; at = find_bytes(text, part, at + part.size()))
    ++count;
  return count;
}

}  // namespace

bool CompiledPattern::find(std::string_view text, int32_t group, std::string_view& found) const {
  if (one_pass_ == nullptr) return find_by_re2(text, group, found);
  const OnePassPattern::Outcome outcome = one_pass_->find(text, group, found);
  if (outcome == OnePassPattern::Outcome::kUndecided) return find_by_re2(text, group, found);
  return outcome == OnePassPattern::Outcome::kFound;
}

int32_t CompiledPattern::count(std::string_view text) const {
  const std::string* only_text = one_pass_ == nullptr ? nullptr : one_pass_->only_text();
  return only_text == nullptr ? count_by_re2(text) : count_text(text, *only_text);
}

int32_t CompiledPattern::count_by_re2(std::string_view text) const {
  const re2::StringPiece all(text.data(), text.size());
  int32_t count = 0;
  size_t from = 0;
  re2::StringPiece found;
  while (from <= text.size() && re2_.Match(all, from, text.size(), RE2::UNANCHORED, &found, 1)) {
    ++count;
    const size_t begin = static_cast<size_t>(found.data() - text.data());
    from = begin + found.size();
    if (found.empty()) from = begin == text.size() ? begin + 1 : begin + code_points(text.substr(begin), 0, 1).size();
  }
  return count;
}

bool CompiledPattern::find_by_re2(std::string_view text, int32_t group, std::string_view& found) const {
  constexpr int32_t kGroupsWithoutAllocation = 8;
  std::array<re2::StringPiece, kGroupsWithoutAllocation> few;
  std::vector<re2::StringPiece> many(group < kGroupsWithoutAllocation ? 0 : static_cast<size_t>(group) + 1);
  re2::StringPiece* const groups = many.empty() ? few.data() : many.data();
  const re2::StringPiece piece(text.data(), text.size());
  if (!re2_.Match(piece, 0, text.size(), RE2::UNANCHORED, groups, group + 1)) return false;
  found = std::string_view(groups[group].data(), groups[group].size());
  return true;
}

}  // namespace tidemill
