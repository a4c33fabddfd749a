#include "env/real/unix_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr int kBacklog = 16;

std::pair<std::string, std::string> split_path(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// A socket's address holds 107 bytes of path. A longer one is named through its open directory.
class Address {
 public:
  explicit Address(const std::string& path) {
    const auto [directory, name] = split_path(path);
    directory_ = std::make_unique<FileDescriptor>(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory_->get() < 0) throw_file_error("open", directory, errno);
    address_.sun_family = AF_UNIX;
    std::string text = path;
    if (text.size() >= sizeof(address_.sun_path)) text = fmt::format("/proc/self/fd/{}/{}", directory_->get(), name);
    if (text.size() >= sizeof(address_.sun_path))
      throw UserError(fmt::format("The name of the socket '{}' is too long", path), "Choose a shorter one");
    std::memcpy(address_.sun_path, text.c_str(), text.size() + 1);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t size() const { return sizeof(address_); }
  const FileDescriptor& directory() const { return *directory_; }

 private:
  std::unique_ptr<FileDescriptor> directory_;
  sockaddr_un address_{};
};

std::unique_ptr<FileDescriptor> make_socket(int flags) {
  auto descriptor = std::make_unique<FileDescriptor>(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (descriptor->get() < 0) throw TransientError(fmt::format("Cannot make a socket: {}", std::strerror(errno)));
  return descriptor;
}

// Returns 0, or errno.
int try_connect(const FileDescriptor& descriptor, const Address& address) {
  int result;
  do {
    result = ::connect(descriptor.get(), address.get(), address.size());
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

// Takes away the socket of a process that is gone.
void remove_stale(const std::string& path, const Address& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    throw_file_error("look at", path, errno);
  }
  if (!S_ISSOCK(status.st_mode))
    throw UserError(fmt::format("'{}' exists and is no socket", path), "Choose another path for the control channel");
  // Full backlog (EAGAIN) means that somebody listens, too.
  if (try_connect(*make_socket(SOCK_NONBLOCK), address) != ECONNREFUSED)
    throw UserError(fmt::format("Another process already listens at '{}'", path),
                    "Stop it first ('tidemill job stop'), or choose another path");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_file_error("remove", path, errno);
}

}  // namespace

std::unique_ptr<FileDescriptor> listen_at(const std::string& path) {
  const Address address(path);
  // One process at a time looks and replaces; the lock goes with the descriptor.
  if (::flock(address.directory().get(), LOCK_EX) != 0) throw_file_error("lock", split_path(path).first, errno);
  remove_stale(path, address);
  std::unique_ptr<FileDescriptor> listener = make_socket(SOCK_NONBLOCK);
  // Linux gives the file the mode of the socket: nobody else ever sees it open.
  if (::fchmod(listener->get(), S_IRUSR | S_IWUSR) != 0 ||
      ::bind(listener->get(), address.get(), address.size()) != 0 || ::listen(listener->get(), kBacklog) != 0)
    throw_file_error("listen at", path, errno);
  return listener;
}

std::unique_ptr<FileDescriptor> accept_from(const FileDescriptor& listener) {
  const int descriptor = ::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return descriptor < 0 ? nullptr : std::make_unique<FileDescriptor>(descriptor);
}

std::unique_ptr<FileDescriptor> connect_to(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 && errno == ENOENT)
    throw UserError(fmt::format("No job listens at '{}': there is no such socket", path),
                    "Name the checkpoint directory of a running job, or the path that it was given by --control");
  if (!S_ISSOCK(status.st_mode)) throw UserError(fmt::format("'{}' is no socket", path));
  const Address address(path);
  std::unique_ptr<FileDescriptor> descriptor = make_socket(0);
  const int error = try_connect(*descriptor, address);
  if (error == ECONNREFUSED)
    throw UserError(fmt::format("No job listens at '{}': the process that did is gone", path),
                    "Start the job again; it goes on from its newest checkpoint");
  if (error != 0) throw_file_error("connect to", path, error);
  return descriptor;
}

}  // namespace tidemill
