// env/real/unix_socket.h - the system calls of Unix-domain stream sockets. Rule: every call of socket() and its like is
// in here; paths may be longer than the system's 107 bytes.
#pragma once
#include <memory>
#include <string>

#include "env/real/real_file.h"

namespace tidemill {

// Returns a non-blocking descriptor that listens at `path`, mode 0600. Replaces what a dead process left. Throws
// UserError as LocalServices::serve() says.
std::unique_ptr<FileDescriptor> listen_at(const std::string& path);

// Returns a non-blocking descriptor of a connection that was accepted, nullptr where none waits.
std::unique_ptr<FileDescriptor> accept_from(const FileDescriptor& listener);

// Returns a blocking descriptor connected to `path`. Throws UserError where nobody listens.
std::unique_ptr<FileDescriptor> connect_to(const std::string& path);

}  // namespace tidemill
