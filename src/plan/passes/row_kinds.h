// plan/passes/row_kinds.h - sets of row kinds. Rule: +I, -U, +U, -D in this order, as plans print them.
#pragma once
#include <cstdint>
#include <string>

namespace tidemill {

struct RowKinds {
  bool insert = true;
  bool update_before = false;
  bool update_after = false;
  bool remove = false;

  bool operator==(const RowKinds&) const = default;
  static RowKinds append() { return {}; }
  bool append_only() const { return !update_before && !update_after && !remove; }
  // True where a row may take back an earlier one.
  bool retracts() const { return update_before || remove; }
  RowKinds operator|(const RowKinds& other) const {
    return {insert || other.insert, update_before || other.update_before, update_after || other.update_after,
            remove || other.remove};
  }
  // Returns "I,UB,UA,D".
  std::string to_string() const {
    std::string text;
    const auto add = [&](bool present, const char* name) {
      if (present) text += (text.empty() ? "" : ",") + std::string(name);
    };
    add(insert, "I");
    add(update_before, "UB");
    add(update_after, "UA");
    add(remove, "D");
    return text.empty() ? "NONE" : text;
  }
};

}  // namespace tidemill
