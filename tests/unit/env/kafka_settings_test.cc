// Settings of Kafka's clients, read back.
#include "env/kafka_settings.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

TEST(KafkaSettings, ANumberIsTheWholeText) {
  EXPECT_EQ(kafka_number("30", 7), 30);
  EXPECT_EQ(kafka_number("-1", 7), -1);
  for (const char* const text : {"", "x", "30 s", " 30", "99999999999999999999"}) EXPECT_EQ(kafka_number(text, 7), 7);
}

TEST(KafkaSettings, WhatIsNotSetIsOtherwise) {
  const KafkaProperties properties = {{"linger.ms", "5"}, {"acks", "all"}};
  EXPECT_EQ(kafka_setting(properties, "linger.ms", int64_t{1}), 5);
  EXPECT_EQ(kafka_setting(properties, "acks", int64_t{1}), 1);
  EXPECT_EQ(kafka_setting(properties, "retries", int64_t{1}), 1);
  EXPECT_EQ(kafka_setting(properties, "acks"), "all");
  EXPECT_EQ(kafka_setting(properties, "client.id", "none"), "none");
  EXPECT_EQ(kafka_setting(properties, "client.id"), "");
}

}  // namespace
}  // namespace tidemill
