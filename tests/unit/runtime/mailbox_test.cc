#include "runtime/mailbox.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

TEST(Mailbox, RunsMailInOrderAndWhatMailPosts) {
  Mailbox mailbox;
  std::string log;
  EXPECT_FALSE(mailbox.run());
  mailbox.post([&] {
    log += "a";
    mailbox.post([&] { log += "c"; });
  });
  mailbox.post([&] { log += "b"; });
  EXPECT_TRUE(mailbox.run());
  EXPECT_EQ(log, "ab");
  EXPECT_TRUE(mailbox.run());
  EXPECT_EQ(log, "abc");
  EXPECT_FALSE(mailbox.run());
}

TEST(Mailbox, AMailThatThrowsLosesNoneBehindIt) {
  Mailbox mailbox;
  int ran = 0;
  mailbox.post([] { throw TransientError("first"); });
  mailbox.post([&] { ++ran; });
  EXPECT_THROW(mailbox.run(), TransientError);
  EXPECT_EQ(ran, 0);
  EXPECT_TRUE(mailbox.run());
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace tidemill
