#include "functions/pattern_cache.h"

#include <array>
#include <vector>

namespace tidemill {

bool CompiledPattern::find(std::string_view text, int32_t group, std::string_view& found) const {
  if (one_pass_ == nullptr) return find_by_re2(text, group, found);
  const OnePassPattern::Outcome outcome = one_pass_->find(text, group, found);
  if (outcome == OnePassPattern::Outcome::kUndecided) return find_by_re2(text, group, found);
  return outcome == OnePassPattern::Outcome::kFound;
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
