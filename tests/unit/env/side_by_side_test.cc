#include "env/side_by_side.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

void run_all(Executor& executor) {
  for (const int32_t calls : {0, 1, 2, 40}) {
    std::atomic<int32_t> ran = 0;
    run_side_by_side(executor, std::vector<std::function<void()>>(static_cast<size_t>(calls), [&] { ++ran; }));
    EXPECT_EQ(ran.load(), calls);
  }
  // The first to fail, by order, after all others have returned; the executor goes on to serve.
  std::atomic<int32_t> ran = 0;
  std::vector<std::function<void()>> calls(8, [&] { ++ran; });
  calls[2] = [] { throw UserError("the third"); };
  calls[5] = [] { throw UserError("the sixth"); };
  try {
    run_side_by_side(executor, calls);
    ADD_FAILURE() << "no error";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "the third");
  }
  EXPECT_EQ(ran.load(), 6);
  run_side_by_side(executor, {[&] { ++ran; }, [&] { ++ran; }});
  EXPECT_EQ(ran.load(), 8);
}

TEST(SideBySide, OnThreads) {
  RealEnvironment environment(2);
  run_all(environment.get().executor);
}

TEST(SideBySide, InSimulation) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedEnvironment environment(seed);
    run_all(environment.get().executor);
  }
}

}  // namespace
}  // namespace tidemill
