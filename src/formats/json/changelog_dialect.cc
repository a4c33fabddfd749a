#include "formats/json/changelog_dialect.h"

#include "data/json_scanner.h"
#include "data/json_text.h"

namespace tidemill {

JsonToken json_member(const JsonToken& object, std::string_view name) {
  JsonToken found;
  if (object.kind != JsonKind::kObject) return found;
  JsonScanner scanner(object.text);
  scanner.enter('{');
  while (const auto key = scanner.next_key()) {
    const JsonToken value = *scanner.value();
    if (key->text == name) found = value;
  }
  return found;
}

std::string json_plain_text(const JsonToken& token) {
  std::string text;
  if (!append_json_unescaped(token.text, text)) text = token.text;
  return text;
}

}  // namespace tidemill
