// data/encoded_map.h - the entries of a MAP or MULTISET as they are read, which may name a key twice. Rule: of equal
// keys the last value counts, at the place of the first.
#pragma once
#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/packed.h"

namespace tidemill {

class EncodedMap {
 public:
  // Takes an encoded key and value (data/nested.h).
  void add(std::string key, std::string value) {
    const auto [place, is_new] = places_.emplace(key, entries_.size());
    if (is_new) entries_.emplace_back(std::move(key), "");
    entries_[place->second].second = std::move(value);
  }
  // Puts the entries in the order in which a MULTISET has them.
  void sort() { std::ranges::sort(entries_); }
  // Appends the bytes of the value, which is not NULL.
  void append_to(std::string& out) const {
    put_packed(out, static_cast<uint32_t>(entries_.size()));
    for (const auto& [key, value] : entries_) out.append(key).append(value);
  }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
  std::unordered_map<std::string, size_t> places_;
};

}  // namespace tidemill
