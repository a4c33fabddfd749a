// kafka/kafka_latency.cc - how long a row takes from one topic to another, with a job between them. Rule: one clock
// takes both times. It writes rows at a steady rate, each with the time at which it is sent, reads them back where the
// job puts them, and prints one JSON object: rows sent and received, and percentiles of the microseconds between. Rows
// of the warm-up are sent, and not counted.
//
// Usage: kafka_latency SERVERS IN OUT ROWS_A_SECOND SECONDS WARM_UP_SECONDS ISOLATION_LEVEL
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/kafka/kafka_client.h"

namespace tidemill::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr auto kStep = std::chrono::milliseconds(1);  // rows of one step are sent at once
constexpr auto kPatience = std::chrono::seconds(20);  // without a row, it is over
constexpr int kFlushMs = 30'000;
constexpr int kPollMs = 100;
constexpr std::string_view kFiller =
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
    "01234567890123456789012345678901234567890123456789";

struct Measurement {
  std::string in;
  std::string out;
  int64_t rate = 0;
  int64_t rows = 0;
  int64_t first_counted = 0;
};

int64_t now_us() { return std::chrono::duration_cast<microseconds>(Clock::now().time_since_epoch()).count(); }

// Sends all rows, in steps. Returns by how much the latest step was late, in microseconds: whether this program keeps
// up.
int64_t send_rows(rd_kafka_t* producer, const Measurement& measurement) {
  const Clock::time_point begin = Clock::now();
  int64_t latest_us = 0;
  std::string value;
  for (int64_t row = 0; row < measurement.rows;) {
    const auto due = begin + microseconds(row * 1'000'000 / measurement.rate);
    std::this_thread::sleep_until(due);
    latest_us = std::max(latest_us, std::chrono::duration_cast<microseconds>(Clock::now() - due).count());
    const int64_t until =
        std::min(measurement.rows, row + std::max<int64_t>(1, measurement.rate * kStep.count() / 1000));
    for (; row < until; ++row) {
      value = fmt::format(R"({{"id":{},"sent_us":{},"extra":"{}"}})", row, now_us(), kFiller);
      send(producer, measurement.in.c_str(), {}, value);
    }
    rd_kafka_poll(producer, 0);
  }
  rd_kafka_flush(producer, kFlushMs);
  return latest_us;
}

int64_t field_of(std::string_view json, std::string_view name) {
  const size_t at = json.find(name);
  int64_t number = -1;
  if (at != std::string_view::npos) std::from_chars(json.data() + at + name.size(), json.data() + json.size(), number);
  if (number < 0) give_up(fmt::format("no {} in what came back: {}", name, json));
  return number;
}

struct Received {
  std::vector<bool> ids;
  int64_t rows = 0;
  int64_t twice = 0;
  std::vector<int64_t> latencies_us;
};

void take(std::string_view json, int64_t at_us, const Measurement& measurement, Received& received) {
  const int64_t id = field_of(json, "\"id\":");
  if (id >= measurement.rows) give_up(fmt::format("a row came back that was never sent: {}", json));
  if (received.ids[static_cast<size_t>(id)]) {
    ++received.twice;
    return;
  }
  received.ids[static_cast<size_t>(id)] = true;
  ++received.rows;
  if (id >= measurement.first_counted) received.latencies_us.push_back(at_us - field_of(json, "\"sent_us\":"));
}

Received receive_rows(rd_kafka_t* consumer, const Measurement& measurement) {
  Received received;
  received.ids.resize(static_cast<size_t>(measurement.rows));
  Clock::time_point last = Clock::now();
  while (received.rows < measurement.rows && Clock::now() - last < kPatience) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(consumer, kPollMs);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      take({static_cast<const char*>(message->payload), message->len}, now_us(), measurement, received);
      last = Clock::now();
    }
    rd_kafka_message_destroy(message);
  }
  return received;
}

int64_t percentile(const std::vector<int64_t>& sorted, double part) {
  if (sorted.empty()) return -1;
  return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void print(const Measurement& measurement, Received received, int64_t sender_late_us) {
  std::ranges::sort(received.latencies_us);
  const std::vector<int64_t>& sorted = received.latencies_us;
  fmt::print(R"({{"sent":{},"received":{},"twice":{},"counted":{},"p50_us":{},"p90_us":{},"p99_us":{},"p999_us":{},)"
             R"("max_us":{},"sender_late_us":{}}})"
             "\n",
             measurement.rows, received.rows, received.twice, sorted.size(), percentile(sorted, 0.5),
             percentile(sorted, 0.9), percentile(sorted, 0.99), percentile(sorted, 0.999), percentile(sorted, 1),
             sender_late_us);
}

}  // namespace
}  // namespace tidemill::benchmarks

int main(int count, char** values) {
  using namespace tidemill::benchmarks;
  const std::span<char*> arguments(values, static_cast<size_t>(count));
  if (count != 8) give_up("usage: kafka_latency SERVERS IN OUT ROWS_A_SECOND SECONDS WARM_UP_SECONDS ISOLATION_LEVEL");
  const int64_t rate = number_of(arguments[4]);
  const int64_t warm_up = number_of(arguments[6]);
  if (rate == 0) give_up("ROWS_A_SECOND must be at least 1");
  const Measurement measurement{arguments[2], arguments[3], rate, rate * (number_of(arguments[5]) + warm_up),
                                rate * warm_up};
  const Client producer =
      make_client(RD_KAFKA_PRODUCER,
                  {{"bootstrap.servers", arguments[1]}, {"linger.ms", "1"}, {"sticky.partitioning.linger.ms", "1"}});
  const Client consumer = make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", arguments[1]},
                                                          {"group.id", "latency"},
                                                          {"enable.auto.commit", "false"},
                                                          {"isolation.level", arguments[7]}});
  read_from_beginning(consumer.get(), measurement.out.c_str());
  Received received;
  std::thread receiver([&] { received = receive_rows(consumer.get(), measurement); });
  const int64_t sender_late_us = send_rows(producer.get(), measurement);
  receiver.join();
  print(measurement, std::move(received), sender_late_us);
  rd_kafka_consumer_close(consumer.get());
}
