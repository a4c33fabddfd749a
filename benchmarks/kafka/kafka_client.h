// kafka/kafka_client.h - librdkafka for the programs that measure. Rule: what goes wrong ends the program with a line
// that says why.
#pragma once
#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tidemill::benchmarks {

// Prints the text to standard error and ends the program with exit code 1.
[[noreturn]] void give_up(const std::string& text);

// Returns the text of a command line's argument as a whole number of at least 0; gives up where it is none.
int64_t number_of(std::string_view text);

using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

// Makes a client with settings by librdkafka's names. A message that a producer could not deliver ends the program.
Client make_client(rd_kafka_type_t type, std::initializer_list<std::pair<const char*, std::string>> settings);

// Queues a copy of a message, to the partition that its key hashes to, or to any where the key is empty. Waits while
// the queue is full.
void send(rd_kafka_t* producer, const char* topic, std::string_view key, std::string_view value);

// Begins to read all partitions of a topic from their first messages on.
void read_from_beginning(rd_kafka_t* consumer, const char* topic);

}  // namespace tidemill::benchmarks
