// connectors/kafka/epoch_record.h - what a transaction says of its epoch: {"owner":"1a2b3c4d","epoch":17}.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill {

struct EpochRecord {
  std::string owner;  // of the job whose epoch it is
  int64_t epoch = 0;
  bool operator==(const EpochRecord&) const = default;

  std::string to_string() const;
  // `topic` is for errors. Throws UserError on other text: somebody else writes there.
  static EpochRecord parse(std::string_view text, const std::string& topic);
};

}  // namespace tidemill
