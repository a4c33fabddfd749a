#include "connectors/kafka/delivery_limit.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tidemill {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kStepNs = kSecondNs / 1000;
constexpr size_t kBatchBytes = 50'000;

// A writer that always has more, against brokers that take so many bytes a second. Returns the most seconds that the
// bytes on their way at any moment of the second half took, once the limit has settled.
double longest_delivery_s(DeliveryLimit& limit, double bytes_a_second, int64_t seconds) {
  double undelivered = 0;
  double most = 0;
  for (int64_t now = 0; now < seconds * kSecondNs; now += kStepNs) {
    undelivered = std::max(0.0, undelivered - bytes_a_second / 1000);
    // In a millisecond the job makes 2 MB at most.
    for (int batch = 0; batch < 40 && limit.allows(static_cast<size_t>(undelivered), now); ++batch)
      undelivered += kBatchBytes;
    if (now > seconds * kSecondNs / 2) most = std::max(most, undelivered);
  }
  return most / bytes_a_second;
}

TEST(DeliveryLimitTest, ASlowSinkIsOwedAboutASecond) {
  DeliveryLimit limit;
  EXPECT_LE(longest_delivery_s(limit, 430'000, 60), 1.2);
  EXPECT_LT(limit.bytes(), DeliveryLimit::kBytesFirst);
  EXPECT_GE(limit.bytes(), DeliveryLimit::kBytesMin);
}

TEST(DeliveryLimitTest, AFastSinkNeverRunsDry) {
  DeliveryLimit limit;
  longest_delivery_s(limit, 200e6, 10);
  EXPECT_GE(limit.bytes(), size_t{16} << 20);
  EXPECT_LE(limit.bytes(), DeliveryLimit::kBytesMax);
}

TEST(DeliveryLimitTest, ItFollowsASinkThatBecomesSlowAndFastAgain) {
  DeliveryLimit limit;
  longest_delivery_s(limit, 200e6, 10);
  const size_t fast = limit.bytes();
  EXPECT_LE(longest_delivery_s(limit, 430'000, 240), 1.2);
  longest_delivery_s(limit, 200e6, 10);
  EXPECT_EQ(limit.bytes(), fast);
}

TEST(DeliveryLimitTest, WaitsUntilHalfIsDelivered) {
  DeliveryLimit limit;
  EXPECT_TRUE(limit.allows(DeliveryLimit::kBytesFirst - 1, 0));
  EXPECT_FALSE(limit.allows(DeliveryLimit::kBytesFirst, 0));
  EXPECT_FALSE(limit.allows(DeliveryLimit::kBytesFirst / 2 + 1, kSecondNs / 5));
  EXPECT_TRUE(limit.allows(DeliveryLimit::kBytesFirst / 2, kSecondNs / 5));
  EXPECT_EQ(limit.bytes(), DeliveryLimit::kBytesFirst);  // neither fast nor slow
}

}  // namespace
}  // namespace tidemill
