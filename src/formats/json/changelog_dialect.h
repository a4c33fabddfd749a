// formats/json/changelog_dialect.h - how one tool writes the changes of a table as JSON. Rule: a dialect takes messages
// apart and knows nothing of lines, positions and columns.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/format.h"
#include "data/json_scanner.h"
#include "formats/json/message_metadata.h"

namespace tidemill {

// One row that a message tells. The texts are objects that stand in the message.
struct ToldRow {
  RowKind kind = RowKind::kInsert;
  std::string_view object;
  // An object whose members replace those of `object`: the row before an update that tells only what it changed.
  std::string_view replaced = {};
  std::string_view why_null = {};  // what to do where a NOT NULL column is NULL; empty: as always
};

struct ToldRows {
  std::vector<ToldRow> rows;   // in order; none: the message is passed over
  std::string complaint = {};  // what is wrong with the message; empty: nothing
  std::string hint = {};
};

// Immutable; any thread.
class ChangelogDialect {
 public:
  virtual ~ChangelogDialect() = default;
  // Returns the rows of a message, an object of these members. Requires: check_json() has let its text through.
  virtual ToldRows read(std::span<const JsonMember> message) const = 0;
  // Returns the member of a message that holds all but what stands beside it; empty: the message itself does.
  virtual std::string_view payload_member() const { return {}; }
};

// Returns the members of these names; of several with one name the last one; null where there is none.
template <size_t N>
std::array<JsonToken, N> json_members(std::span<const JsonMember> object,
                                      const std::array<std::string_view, N>& names) {
  std::array<JsonToken, N> found;
  for (const JsonMember& member : object)
    for (size_t i = 0; i < N; ++i)
      if (member.key == names[i]) found[i] = member.value;
  return found;
}
// Both of a value in a text that check_json() has let through. Returns its members; none where it is no object.
std::vector<JsonMember> members_of(const JsonToken& value);
// Returns its member of this name, as json_members() does.
JsonToken member_of(const JsonToken& value, std::string_view name);
// Returns the text of a string without escapes; of any other value as it stands.
std::string json_plain_text(const JsonToken& token);

// What stands around a row that is written.
struct MessageEnvelope {
  std::string_view insert_before, insert_after;  // of +I and +U
  std::string_view delete_before, delete_after;  // of -U and -D
};

// A format of changes, as it is known to users.
struct ChangelogDescription {
  std::string_view name;  // "debezium-json"
  std::string_view doc;
  std::string_view error_name;           // "Debezium JSON"
  std::vector<OptionSpec> options = {};  // its own, besides those of all JSON formats
  std::vector<MessageMetadata> metadata = {};
  // Throws UserError for options that do not hold.
  std::unique_ptr<const ChangelogDialect> (*make_dialect)(const Options& options) = nullptr;
  // `ignore_null_fields`: members that are null are left out.
  MessageEnvelope (*envelope)(bool ignore_null_fields) = nullptr;
  // Throws UserError for options that cannot be had when writing; may be null.
  void (*check_writing)(const FormatRequest& request) = nullptr;
};

ChangelogDescription describe_debezium_json();
ChangelogDescription describe_canal_json();
ChangelogDescription describe_maxwell_json();

}  // namespace tidemill
