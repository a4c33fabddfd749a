// env/real/kafka_condition.h - what a client of librdkafka has said of its connections, and what its errors mean. Rule:
// an error has one class wherever it comes from, and its text says which servers, and what the client knows of why.
#pragma once
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "env/kafka.h"

namespace tidemill {

// Any thread.
class KafkaCondition {
 public:
  explicit KafkaCondition(const KafkaProperties& properties);

  const std::string& servers() const { return servers_; }
  // Returns what is wrong with the connections, empty: nothing that is known.
  std::string problem() const;
  // Returns how many errors of connections the client has told.
  int64_t errors_told() const { return errors_told_.load(); }
  // Returns how many of them said that a topic is not there.
  int64_t topic_errors() const { return topic_errors_.load(); }

  // A call has succeeded: what was wrong is over, but for a token that is missing.
  void all_is_well();
  // The client tells of an error.
  void note(rd_kafka_resp_err_t error, std::string reason);
  // The client logs something, which stands for a problem where none is known.
  void note_log(std::string_view text);
  // No token could be had to log in with. `refused`: because of the user's credentials; where a token was had before,
  // they were right then, and the job goes on trying.
  void note_no_token(std::string reason, bool refused);
  // There is a token again.
  void note_token();

  // Throws UserError where the brokers do not let the client in, by its credentials or certificate: trying on does not
  // help.
  void throw_refused() const;
  // Throws what `error` means: UserError, TransientError. `what` begins the text: "topics of the cluster cannot be
  // read". Where trying took time, `tried` says how long.
  [[noreturn]] void fail(std::string_view what, rd_kafka_resp_err_t error, std::string_view reason,
                         std::chrono::milliseconds tried = std::chrono::milliseconds(0)) const;

 private:
  const std::string servers_;
  const std::string user_;       // of SASL; may be empty
  const std::string mechanism_;  // likewise
  std::atomic<int64_t> errors_told_ = 0;
  std::atomic<int64_t> topic_errors_ = 0;
  mutable std::mutex mutex_;  // guards all below
  rd_kafka_resp_err_t problem_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string problem_;
  bool had_token_ = false;
  bool token_missing_ = false;
};

}  // namespace tidemill
