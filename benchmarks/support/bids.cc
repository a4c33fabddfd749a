#include "benchmarks/support/bids.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "benchmarks/support/comparison.h"

namespace tidemill::bench {
namespace {

constexpr int64_t kFirstTimeMs = 1'767'225'600'000;  // 2026-01-01
constexpr int64_t kBidsASecond = 10'000;             // of event time
constexpr int64_t kDisorderMs = 1000;                // far below the watermark's delay: no bid is late
constexpr int64_t kAuctionsAtATime = 1000;
constexpr int64_t kBidsAnAuction = 15;
constexpr int64_t kBidders = 100'000;
constexpr int64_t kPriceMax = 10'000'000;
constexpr std::array<std::string_view, 4> kChannels = {"apple", "google", "facebook", "baidu"};

struct Bid {
  int64_t id, auction, bidder, price;
  std::string_view channel;
  std::string url, time, extra;
};

std::string letters(Numbers& numbers, int64_t count) {
  std::string text;
  for (int64_t i = 0; i < count; ++i) text += static_cast<char>('a' + numbers.below(26));
  return text;
}

Bid make_bid(Numbers& numbers, int64_t id) {
  const int64_t ms = std::max<int64_t>(0, id * 1000 / kBidsASecond - numbers.below(kDisorderMs));
  const auto seconds = static_cast<std::time_t>((kFirstTimeMs + ms) / 1000);
  Bid bid;
  bid.id = id;
  bid.auction = 1000 + id / kBidsAnAuction + numbers.below(kAuctionsAtATime);
  bid.bidder = 1000 + numbers.below(kBidders);
  bid.price = 1 + numbers.below(kPriceMax);
  bid.channel = kChannels[static_cast<size_t>(numbers.below(kChannels.size()))];
  bid.url = fmt::format("https://www.auction.example/{}/item.htm?q=1", letters(numbers, 12));
  bid.time = fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}", fmt::gmtime(seconds), (kFirstTimeMs + ms) % 1000);
  bid.extra = letters(numbers, 50);
  return bid;
}

void append(BidFormat format, const Bid& bid, std::string& out) {
  constexpr std::string_view kJson =
      R"({{"id":{},"auction":{},"bidder":{},"price":{},"channel":"{}","url":"{}","date_time":"{}","extra":"{}"}})"
      "\n";
  constexpr std::string_view kCsv = "{},{},{},{},{},{},{},{}\n";
  // CSV has no names: its texts are longer, so that records of both are as long.
  const std::string padding = format == BidFormat::kCsv ? std::string(73, 'x') : "";
  fmt::format_to(std::back_inserter(out), fmt::runtime(format == BidFormat::kJson ? kJson : kCsv), bid.id, bid.auction,
                 bid.bidder, bid.price, bid.channel, bid.url, bid.time, bid.extra + padding);
}

}  // namespace

BidFile::BidFile(BidFormat format, int64_t rows) : format_(format), rows_(rows) {
  const bool json = format == BidFormat::kJson;
  std::string name = (std::filesystem::temp_directory_path() / "tidemill-bids-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  std::FILE* const file = descriptor < 0 ? nullptr : fdopen(descriptor, "wb");
  if (file == nullptr) throw std::runtime_error("cannot write " + name);
  path_ = name;
  Numbers numbers(7);
  std::string text;
  constexpr size_t kBlockBytes = size_t{1} << 20;
  for (int64_t id = 0; id < rows; ++id) {
    append(json ? BidFormat::kJson : BidFormat::kCsv, make_bid(numbers, id), text);
    if (text.size() < kBlockBytes && id + 1 < rows) continue;
    std::fwrite(text.data(), 1, text.size(), file);
    text.clear();
  }
  if (std::fclose(file) != 0) throw std::runtime_error("cannot write " + name);
}

BidFile::~BidFile() { std::remove(path_.c_str()); }

std::string BidFile::create_table() const {
  return fmt::format(
      "CREATE TABLE bids (id BIGINT, auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,"
      " date_time TIMESTAMP(3), extra STRING, WATERMARK FOR date_time AS date_time - INTERVAL '4' SECOND) WITH ("
      "'connector' = 'filesystem', 'path' = '{}', 'format' = '{}');\n",
      path_, format_ == BidFormat::kJson ? "json" : "csv");
}

int64_t bid_rows() { return from_environment("BENCH_FILE_ROWS", 1'000'000); }

}  // namespace tidemill::bench
