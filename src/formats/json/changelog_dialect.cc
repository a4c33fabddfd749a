#include "formats/json/changelog_dialect.h"

#include "data/json_text.h"

namespace tidemill {

std::vector<JsonMember> members_of(const JsonToken& value) {
  std::vector<JsonMember> members;
  if (value.kind == JsonKind::kObject) append_json_members(value.text, members);
  return members;
}

std::string json_plain_text(const JsonToken& token) {
  std::string text;
  if (!append_json_unescaped(token.text, text)) text = token.text;
  return text;
}

}  // namespace tidemill
