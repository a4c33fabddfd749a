#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "env/real/real_environment.h"
#include "env/real/stop_signals.h"

namespace tidemill {
namespace {

TEST(RealConsole, BuffersUntilFlushedAndKeepsOrder) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  RealConsole console(pipe_ends[1], pipe_ends[1]);
  console.write_out("a");
  console.write_error("e");
  console.write_out("b");
  console.flush();
  char bytes[8];
  std::string got;
  while (got.size() < 3) {
    const ssize_t count = ::read(pipe_ends[0], bytes, sizeof(bytes));
    ASSERT_GT(count, 0);
    got.append(bytes, static_cast<size_t>(count));
  }
  EXPECT_EQ(got, "eab");
  EXPECT_FALSE(console.error_is_terminal());
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST(RealConsole, AReaderThatHasGoneIsTheUsersError) {
  const RealEnvironment ignores_broken_pipe(1);
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  ::close(pipe_ends[0]);
  RealConsole console(pipe_ends[1], 2);
  console.write_out("x");
  EXPECT_THROW(console.flush(), UserError);
  ::close(pipe_ends[1]);
}

TEST(StopSignals, TheFirstSignalSetsAFlag) {
  const StopSignals signals;
  EXPECT_FALSE(signals.requested());
  ::kill(::getpid(), SIGTERM);
  EXPECT_TRUE(signals.requested());
}

TEST(SeededRandom, IsFixedByItsSeed) {
  SeededRandom a(5), b(5), c(6);
  const uint64_t first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, c.next());
  EXPECT_NE(first, a.next());
}

}  // namespace
}  // namespace tidemill
