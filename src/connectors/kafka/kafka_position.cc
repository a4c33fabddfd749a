#include "connectors/kafka/kafka_position.h"

#include <charconv>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr std::string_view kRows = " rows ";
constexpr std::string_view kTo = " to ";

// Takes a number from the start of the text; false: there is none.
bool take_number(std::string_view& text, int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// Takes `word` and a number where the text goes on with the word; false: the number is missing.
bool take_part(std::string_view& text, std::string_view word, int64_t& number) {
  if (!text.starts_with(word)) return true;
  text.remove_prefix(word.size());
  return take_number(text, number);
}

}  // namespace

std::string KafkaPosition::to_string() const {
  std::string text = std::to_string(offset);
  if (rows > 0) text += fmt::format("{}{}", kRows, rows);
  if (stop != kNoKafkaOffset) text += fmt::format("{}{}", kTo, stop);
  return text;
}

KafkaPosition KafkaPosition::parse(std::string_view text) {
  KafkaPosition position;
  std::string_view rest = text;
  const bool good = take_number(rest, position.offset) && take_part(rest, kRows, position.rows) &&
                    take_part(rest, kTo, position.stop) && rest.empty();
  if (good) return position;
  throw UserError(fmt::format("A saved position in a partition is damaged: '{}'", text),
                  "The checkpoint cannot be used; restore an older one.");
}

KafkaPartition parse_partition(std::string_view id) {
  const size_t dash = id.rfind('-');
  KafkaPartition partition;
  const char* const end = id.data() + id.size();
  const bool good = dash != std::string_view::npos && dash > 0 &&
                    std::from_chars(id.data() + dash + 1, end, partition.partition).ptr == end && dash + 1 < id.size();
  if (!good)
    throw UserError(fmt::format("A saved split is no partition of a topic: '{}'", id),
                    "The checkpoint is of another source; begin without it.");
  partition.topic = id.substr(0, dash);
  return partition;
}

}  // namespace tidemill
