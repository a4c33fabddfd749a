#include "env/real/real_environment.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>

#include "env/real/real_file.h"

namespace tidemill {
namespace {

constexpr int32_t kIoThreads = 4;  // checkpoint writes, file reads and one slow call at a time

// Returns the start of a file of the kernel's, empty where it cannot be read.
std::string read_small_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(4096, '\0');
  const ssize_t count = file.get() < 0 ? 0 : ::read(file.get(), text.data(), text.size());
  text.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return text;
}

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

int64_t RealEnvironment::memory_bytes() {
  int64_t bytes = static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  // "0::/a/b": the group of this process; a group above may allow less.
  std::string group = read_small_file("/proc/self/cgroup");
  if (!group.starts_with("0::/")) return bytes;
  group = group.substr(3, group.find('\n') - 3);
  while (true) {
    const std::string text = read_small_file("/sys/fs/cgroup" + group + "/memory.max");
    int64_t limit = 0;  // "max" where there is none
    if (std::from_chars(text.data(), text.data() + text.size(), limit).ec == std::errc() && limit > 0)
      bytes = std::min(bytes, limit);
    if (group.empty()) return bytes;
    group.resize(group.find_last_of('/'));
  }
}

RealEnvironment::RealEnvironment(int32_t workers)
    : console_(STDOUT_FILENO, STDERR_FILENO),
      random_(entropy()),
      executor_(clock_, workers > 0 ? workers : cores(), kIoThreads),
      environment_{clock_,   executor_, files_,  services_, kafka_,        libraries_,
                   console_, random_,   faults_, http_,     memory_bytes()} {
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace tidemill
