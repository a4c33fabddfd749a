// data/english_names.h - names of months and days. Rule: English, whatever the machine's language is.
#pragma once
#include <array>
#include <string_view>

namespace tidemill {

constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDayNames = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                       "Friday", "Saturday", "Sunday"};
constexpr size_t kShortNameBytes = 3;  // Jan, Mon

}  // namespace tidemill
