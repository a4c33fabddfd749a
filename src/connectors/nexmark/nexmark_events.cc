#include "connectors/nexmark/nexmark_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/hash.h"
#include "base/int128.h"
#include "data/nested.h"

namespace tidemill {
namespace {

// Published constants of the generator.
constexpr int64_t kFirstPersonId = 1000;
constexpr int64_t kFirstAuctionId = 1000;
constexpr int64_t kFirstCategoryId = 10;
constexpr int64_t kCategories = 5;
constexpr int64_t kHotEvery = 100;  // one of so many people or auctions is the hot one
constexpr int64_t kAuctionsInFlight = 100;
constexpr int64_t kActivePeople = 1000;
constexpr int64_t kLead = 10;  // people and auctions that are yet to come, and chosen already
constexpr int64_t kChannels = 10'000;
constexpr int64_t kHotChannelOneIn = 2;
constexpr int64_t kUrlWithoutIdOneIn = 10;
constexpr int64_t kTextMin = 3;
constexpr int64_t kNameMax = 20;
constexpr int64_t kDescriptionMax = 100;

constexpr std::array kStates = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::array kCities = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
                                "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
constexpr std::array kFirstNames = {"Peter", "Paul",  "Luke",  "John",   "Saul",  "Vicky",
                                    "Kate",  "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::array kLastNames = {"Shultz", "Abrams", "Spencer", "White", "Bartels",
                                   "Walton", "Smith",  "Jones",   "Noris"};
constexpr std::array kHotChannels = {"Google", "Facebook", "Baidu", "Apple"};

// Which numbers are drawn for what; those of a text are a row of their own.
enum class Draw : uint64_t {
  kHotAuction = 1,
  kAuction,
  kHotPerson,
  kPerson,
  kPrice,
  kReserve,
  kLength,
  kCategory,
  kCity,
  kState,
  kFirstName,
  kLastName,
  kCard,
  kMailbox,
  kMailHost,
  kItemName,
  kDescription,
  kExtra,
  kHotChannel,
  kChannel,
};

// Maps bits to 0 … count - 1 (Lemire 2019, without the rejection: the bias is below 2^-32 here).
int64_t below(uint64_t bits, int64_t count) {
  return static_cast<int64_t>(static_cast<uint128>(bits) * static_cast<uint64_t>(count) >> 64);
}

template <size_t n>
std::string_view one_of(const std::array<const char*, n>& choices, uint64_t bits) {
  return choices[static_cast<size_t>(below(bits, n))];
}

// Prices from 100 to 100 million, as many of each magnitude.
int64_t price(uint64_t bits) {
  return std::llround(std::pow(10.0, static_cast<double>(bits >> 11) * 0x1.0p-53 * 6.0) * 100.0);
}

// A row of letters, from one seed.
class Letters {
 public:
  explicit Letters(uint64_t seed) : state_(seed) {}
  // Returns a letter, or NUL for a gap: one in thirteen.
  char next() {
    if (left_ == 0) {
      bits_ = hash_integer(++state_);
      left_ = 4;
    }
    const uint64_t value = (bits_ & 0xffff) * (kGapOneIn * 26) >> 16;
    bits_ >>= 16;
    --left_;
    return value % kGapOneIn == 0 ? '\0' : static_cast<char>('a' + value / kGapOneIn);
  }
  // Appends letters without gaps, eight from each draw.
  void append(std::string& out, int64_t length) {
    const size_t start = out.size();
    const auto bytes = static_cast<size_t>(length);
    out.resize(start + bytes);
    for (size_t i = 0; i < bytes; i += 8) {
      const uint64_t bits = hash_integer(++state_);
      for (size_t j = i; j < std::min(bytes, i + 8); ++j)
        out[start + j] = static_cast<char>('a' + ((bits >> 8 * (j - i) & 0xff) * 26 >> 8));
    }
  }

 private:
  static constexpr uint64_t kGapOneIn = 13;
  uint64_t state_;
  uint64_t bits_ = 0;
  int32_t left_ = 0;
};

// Appends kTextMin to max - 1 letters and gaps, without gaps that are blanks at the ends.
void append_words(std::string& out, uint64_t seed, int64_t max, char gap) {
  Letters letters(seed);
  const size_t start = out.size();
  for (int64_t left = kTextMin + below(hash_integer(seed), max - kTextMin); left > 0; --left) {
    const char letter = letters.next();
    if (letter != '\0') {
      out += letter;
    } else if (gap != ' ' || out.size() > start) {
      out += gap;
    }
  }
  while (gap == ' ' && out.size() > start && out.back() == ' ') out.pop_back();
}

uint32_t reversed(uint32_t value) {
  uint32_t result = 0;
  for (int32_t bit = 0; bit < 32; ++bit) result |= ((value >> bit) & 1u) << (31 - bit);
  return result;
}

void append_number(std::string& out, int64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

bool is_text(NexmarkField field) {
  switch (field) {
    case NexmarkField::kExtra:
    case NexmarkField::kName:
    case NexmarkField::kEmailAddress:
    case NexmarkField::kCreditCard:
    case NexmarkField::kCity:
    case NexmarkField::kState:
    case NexmarkField::kItemName:
    case NexmarkField::kDescription:
    case NexmarkField::kChannel:
    case NexmarkField::kUrl:
      return true;
    default:
      return false;
  }
}

}  // namespace

// The random numbers of one event.
struct NexmarkEvents::Draws {
  uint64_t seed;
  uint64_t operator[](Draw draw) const { return hash_combine(seed, static_cast<uint64_t>(draw)); }
};

NexmarkKind NexmarkEvents::kind(int64_t number) const {
  const int64_t place = number % (settings_.people + settings_.auctions + settings_.bids);
  if (place < settings_.people) return NexmarkKind::kPerson;
  return place < settings_.people + settings_.auctions ? NexmarkKind::kAuction : NexmarkKind::kBid;
}

EpochMillis NexmarkEvents::time(int64_t number) const {
  return settings_.start + static_cast<int64_t>(static_cast<int128>(number) * 1000 / settings_.events_per_second);
}

int64_t NexmarkEvents::last_person(int64_t number) const {
  const int64_t round = settings_.people + settings_.auctions + settings_.bids;
  return number / round * settings_.people + std::min(number % round, settings_.people - 1);
}

int64_t NexmarkEvents::last_auction(int64_t number) const {
  const int64_t round = settings_.people + settings_.auctions + settings_.bids;
  const int64_t place = number % round - settings_.people;
  return number / round * settings_.auctions + std::clamp<int64_t>(place, -1, settings_.auctions - 1);
}

int64_t NexmarkEvents::active_person(int64_t number, const Draws& draws) const {
  const int64_t people = last_person(number) + 1;
  const int64_t active = std::min(people, kActivePeople);
  return people - active + below(draws[Draw::kPerson], active + kLead);
}

int64_t NexmarkEvents::active_auction(int64_t number, const Draws& draws) const {
  const int64_t last = last_auction(number);
  const int64_t first = std::max<int64_t>(last - kAuctionsInFlight, 0);
  return first + below(draws[Draw::kAuction], last - first + 1 + kLead);
}

int64_t NexmarkEvents::integer(NexmarkField field, int64_t number, const Draws& draws) const {
  const int64_t hot_person = last_person(number) / kHotEvery * kHotEvery;
  switch (field) {
    case NexmarkField::kId:
      return kind(number) == NexmarkKind::kPerson ? kFirstPersonId + last_person(number)
                                                  : kFirstAuctionId + last_auction(number);
    case NexmarkField::kDateTime:
      return time(number);
    case NexmarkField::kExpires: {
      // Twice as long, at most, as it takes until so many auctions more have begun.
      const int64_t round = settings_.people + settings_.auctions + settings_.bids;
      const int64_t horizon_ms = time(number + kAuctionsInFlight * round / settings_.auctions) - time(number);
      return time(number) + 1 + below(draws[Draw::kLength], std::max<int64_t>(2 * horizon_ms, 1));
    }
    case NexmarkField::kInitialBid:
    case NexmarkField::kPrice:
      return price(draws[Draw::kPrice]);
    case NexmarkField::kReserve:
      return price(draws[Draw::kPrice]) + price(draws[Draw::kReserve]);
    case NexmarkField::kCategory:
      return kFirstCategoryId + below(draws[Draw::kCategory], kCategories);
    case NexmarkField::kAuction:
      return kFirstAuctionId + (below(draws[Draw::kHotAuction], settings_.hot_auctions) > 0
                                    ? last_auction(number) / kHotEvery * kHotEvery
                                    : active_auction(number, draws));
    case NexmarkField::kSeller:
      return kFirstPersonId +
             (below(draws[Draw::kHotPerson], settings_.hot_sellers) > 0 ? hot_person : active_person(number, draws));
    default:  // kBidder; the next one, so that hot bidders and hot sellers are not the same
      return kFirstPersonId + (below(draws[Draw::kHotPerson], settings_.hot_bidders) > 0
                                   ? hot_person + 1
                                   : active_person(number, draws));
  }
}

void NexmarkEvents::append_channel(std::string& out, NexmarkField field, const Draws& draws) const {
  const bool hot = below(draws[Draw::kHotChannel], kHotChannelOneIn) > 0;
  const int64_t channel = below(draws[Draw::kChannel], hot ? std::ssize(kHotChannels) : kChannels);
  if (field == NexmarkField::kChannel) {
    out += hot ? kHotChannels[static_cast<size_t>(channel)] : fmt::format("channel-{}", channel);
    return;
  }
  // A channel has one address.
  uint64_t seed = hash_combine(settings_.seed, static_cast<uint64_t>(hot ? kChannels + channel : channel));
  out += "https://www.nexmark.com/";
  for (int32_t part = 0; part < 3; ++part) {
    seed = hash_integer(seed);
    append_words(out, seed, 5, '_');
    out += '/';
  }
  out += "item.htm?query=1";
  if (hot || below(hash_integer(seed), kUrlWithoutIdOneIn) == 0) return;
  const auto id = static_cast<int32_t>(reversed(static_cast<uint32_t>(channel)));
  out += fmt::format("&channel_id={}", std::abs(int64_t{id}));
}

// Fills the event up to its average size, more or less a fifth of what there is to fill.
void NexmarkEvents::append_extra(std::string& out, int64_t number, const Draws& draws) const {
  std::string others;
  int64_t bytes = 0;
  int64_t average = settings_.bid_bytes;
  const auto add = [&](std::initializer_list<NexmarkField> texts, int64_t numbers) {
    for (const NexmarkField text : texts) append_text(others, text, number, draws);
    bytes = static_cast<int64_t>(others.size()) + 8 * numbers;
  };
  switch (kind(number)) {
    case NexmarkKind::kPerson:
      using enum NexmarkField;
      add({kName, kEmailAddress, kCreditCard, kCity, kState}, 1);
      average = settings_.person_bytes;
      break;
    case NexmarkKind::kAuction:
      add({NexmarkField::kItemName, NexmarkField::kDescription}, 6);
      average = settings_.auction_bytes;
      break;
    case NexmarkKind::kBid:
      add({}, 4);
  }
  if (bytes > average) return;
  const int64_t left = average - bytes;
  const int64_t spread = std::llround(static_cast<double>(left) * 0.2);
  const uint64_t seed = draws[Draw::kExtra];
  Letters(seed).append(out, left - spread + below(hash_integer(seed), std::max<int64_t>(2 * spread, 1)));
}

void NexmarkEvents::append_text(std::string& out, NexmarkField field, int64_t number, const Draws& draws) const {
  switch (field) {
    case NexmarkField::kName:
      out += fmt::format("{} {}", one_of(kFirstNames, draws[Draw::kFirstName]),
                         one_of(kLastNames, draws[Draw::kLastName]));
      break;
    case NexmarkField::kEmailAddress:
      append_words(out, draws[Draw::kMailbox], 7, ' ');
      out += '@';
      append_words(out, draws[Draw::kMailHost], 5, ' ');
      out += ".com";
      break;
    case NexmarkField::kCreditCard: {
      const uint64_t digits = static_cast<uint64_t>(below(draws[Draw::kCard], 10'000'000'000'000'000));
      constexpr uint64_t kGroup = 10'000;
      out += fmt::format("{:04} {:04} {:04} {:04}", digits / (kGroup * kGroup * kGroup),
                         digits / (kGroup * kGroup) % kGroup, digits / kGroup % kGroup, digits % kGroup);
      break;
    }
    case NexmarkField::kCity:
      out += one_of(kCities, draws[Draw::kCity]);
      break;
    case NexmarkField::kState:
      out += one_of(kStates, draws[Draw::kState]);
      break;
    case NexmarkField::kItemName:
      append_words(out, draws[Draw::kItemName], kNameMax, ' ');
      break;
    case NexmarkField::kDescription:
      append_words(out, draws[Draw::kDescription], kDescriptionMax, ' ');
      break;
    case NexmarkField::kExtra:
      append_extra(out, number, draws);
      break;
    default:
      append_channel(out, field, draws);
  }
}

NexmarkEvents::Draws NexmarkEvents::draws_of(int64_t number) const {
  return {hash_combine(settings_.seed, static_cast<uint64_t>(number))};
}

int64_t NexmarkEvents::integer(NexmarkField field, int64_t number) const {
  return integer(field, number, draws_of(number));
}

void NexmarkEvents::append_text(std::string& out, NexmarkField field, int64_t number) const {
  append_text(out, field, number, draws_of(number));
}

void NexmarkEvents::append_row(std::string& out, std::span<const NexmarkField> fields, int64_t number) const {
  const Draws draws = draws_of(number);
  for (const NexmarkField field : fields) {
    out += '\1';  // not NULL
    if (!is_text(field)) {
      append_number(out, integer(field, number, draws));
      continue;
    }
    const size_t at = out.size();
    out.append(sizeof(uint32_t), '\0');
    append_text(out, field, number, draws);
    const auto size = static_cast<uint32_t>(out.size() - at - sizeof(uint32_t));
    std::copy_n(reinterpret_cast<const char*>(&size), sizeof(size), out.begin() + static_cast<ptrdiff_t>(at));
  }
}

}  // namespace tidemill
