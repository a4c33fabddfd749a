#include "formats/json/changelog_dialect.h"

#include "data/json_text.h"

namespace tidemill {

std::string json_plain_text(const JsonToken& token) {
  std::string text;
  if (!append_json_unescaped(token.text, text)) text = token.text;
  return text;
}

}  // namespace tidemill
