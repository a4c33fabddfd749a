#include "formats/json/changelog_dialect.h"

#include "data/json_text.h"

namespace tidemill {

namespace {

template <class Take>
void walk_members(const JsonToken& value, Take take) {
  if (value.kind != JsonKind::kObject) return;
  auto scanner = JsonScanner::of_checked(value.text);
  walk_json_members(scanner, take);
}

}  // namespace

std::vector<JsonMember> members_of(const JsonToken& value) {
  std::vector<JsonMember> members;
  walk_members(value, [&](const JsonMember& member) { members.push_back(member); });
  return members;
}

JsonToken member_of(const JsonToken& value, std::string_view name) {
  JsonToken found;
  walk_members(value, [&](const JsonMember& member) {
    if (member.key == name) found = member.value;
  });
  return found;
}

std::string json_plain_text(const JsonToken& token) {
  std::string text;
  if (!append_json_unescaped(token.text, text)) text = token.text;
  return text;
}

}  // namespace tidemill
