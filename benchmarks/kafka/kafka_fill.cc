// kafka/kafka_fill.cc - fills a topic with bids as JSON, some 200 bytes each. Rule: the same arguments give the same
// messages. Event time goes on by 1/RATE s a bid, out of order by up to two seconds; auctions are chosen at random, and
// are the keys.
//
// Usage: kafka_fill SERVERS TOPIC ROWS AUCTIONS RATE SEED
#include <fmt/core.h>
#include <fmt/format.h>

#include <iterator>
#include <random>
#include <span>
#include <string>

#include "benchmarks/kafka/kafka_client.h"

namespace tidemill::benchmarks {
namespace {

constexpr int64_t kFirstMs = 1'735'689'600'000;  // 2025-01-01 00:00:00 UTC
constexpr int64_t kDisorderMs = 2'000;
constexpr int kFlushMs = 120'000;
constexpr std::string_view kExtra = "abcdefghijklmnopqrstuvwxyz";

struct Bids {
  int64_t rows = 0;
  int64_t auctions = 0;
  int64_t rate = 0;
  uint64_t seed = 0;
};

void fill(rd_kafka_t* producer, const char* topic, const Bids& bids) {
  std::mt19937_64 random(bids.seed);
  const auto below = [&](int64_t limit) { return static_cast<int64_t>(random() % static_cast<uint64_t>(limit)); };
  std::string key;
  std::string value;
  for (int64_t row = 0; row < bids.rows; ++row) {
    const int64_t auction = 1000 + below(bids.auctions);
    const int64_t at = kFirstMs + kDisorderMs + row * 1000 / bids.rate - below(kDisorderMs);
    const auto extra = static_cast<size_t>(below(static_cast<int64_t>(kExtra.size())));
    key.clear();
    value.clear();
    fmt::format_to(std::back_inserter(key), "{}", auction);
    fmt::format_to(std::back_inserter(value),
                   R"({{"auction":{},"bidder":{},"price":{},"channel":"channel-{}",)"
                   R"("url":"https://www.example.com/item.htm?query=1&channel_id={}","ts":{},"extra":"{}{}"}})",
                   auction, 1000 + below(100'000), 100 + below(1'000'000), below(100), below(1 << 24), at,
                   kExtra.substr(extra), kExtra);
    send(producer, topic, key, value);
    if (row % 1024 == 0) rd_kafka_poll(producer, 0);
  }
}

}  // namespace
}  // namespace tidemill::benchmarks

int main(int count, char** values) {
  using namespace tidemill::benchmarks;
  const std::span<char*> arguments(values, static_cast<size_t>(count));
  if (count != 7) give_up("usage: kafka_fill SERVERS TOPIC ROWS AUCTIONS RATE SEED");
  const Bids bids{number_of(arguments[3]), number_of(arguments[4]), number_of(arguments[5]),
                  static_cast<uint64_t>(number_of(arguments[6]))};
  if (bids.auctions == 0 || bids.rate == 0) give_up("AUCTIONS and RATE must be at least 1");
  const Client producer = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", arguments[1]},
                                                          {"enable.idempotence", "true"},
                                                          {"log_level", "3"},
                                                          {"linger.ms", "20"},
                                                          {"batch.num.messages", "5000"},
                                                          {"partitioner", "murmur2_random"},
                                                          {"queue.buffering.max.kbytes", "262144"}});
  fill(producer.get(), arguments[2], bids);
  const rd_kafka_resp_err_t error = rd_kafka_flush(producer.get(), kFlushMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(fmt::format("not all was delivered: {}", rd_kafka_err2str(error)));
}
