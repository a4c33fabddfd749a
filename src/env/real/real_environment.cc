#include "env/real/real_environment.h"

#include <sched.h>
#include <sys/random.h>
#include <unistd.h>

#include <csignal>

namespace tidemill {
namespace {

constexpr int32_t kIoThreads = 4;  // checkpoint writes, file reads and one slow call at a time

uint64_t entropy() {
  uint64_t bits = 0;
  if (::getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
    bits = static_cast<uint64_t>(RealClock().monotonic_ns()) ^ static_cast<uint64_t>(::getpid());
  return bits;
}

}  // namespace

int32_t RealEnvironment::cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return 1;
  return std::max(1, CPU_COUNT(&allowed));
}

RealEnvironment::RealEnvironment(int32_t workers)
    : console_(STDOUT_FILENO, STDERR_FILENO),
      random_(entropy()),
      executor_(clock_, workers > 0 ? workers : cores(), kIoThreads),
      environment_{clock_, executor_, files_, services_, console_, random_, faults_} {
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace tidemill
