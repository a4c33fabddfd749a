#include "connectors/hybrid/hybrid_reader.h"

#include "base/error.h"

namespace tidemill {

void HybridReader::add_splits(std::vector<Split> splits) {
  std::vector<Split> of_first;
  std::vector<Split> of_second;
  for (Split& split : splits) {
    const std::optional<bool> second = take_source_mark(split.position);
    if (!second)
      throw UserError(fmt::format("A saved position in '{}' is not of a hybrid table", split.id),
                      "The table was another one when the checkpoint was made; begin without it.");
    (*second ? of_second : of_first).push_back(std::move(split));
  }
  open_first_ += of_first.size();
  if (!of_first.empty()) first_->add_splits(std::move(of_first));
  if (!of_second.empty()) second_->add_splits(std::move(of_second));
}

ReadResult HybridReader::poll(int32_t max_rows, std::string_view preferred) {
  const bool second = open_first_ == 0;
  ReadResult result = at_hand().poll(max_rows, preferred);
  if (!result.end_position.empty()) put_source_mark(result.end_position, second);
  if (result.split_ended && open_first_ > 0) --open_first_;
  return result;
}

void HybridReader::hold(std::set<std::string, std::less<>> splits) {
  first_->hold(splits);
  second_->hold(std::move(splits));
}

std::vector<Split> HybridReader::positions() const {
  std::vector<Split> positions = first_->positions();
  for (Split& split : positions) put_source_mark(split.position, false);
  for (Split& split : second_->positions()) {
    put_source_mark(split.position, true);
    positions.push_back(std::move(split));
  }
  return positions;
}

void HybridReader::set_wake(std::function<void()> wake) {
  first_->set_wake(wake);
  second_->set_wake(std::move(wake));
}

}  // namespace tidemill
