#include "env/real/real_http_client.h"

#include <httplib.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "base/error.h"

namespace tidemill {
namespace {

struct Url {
  std::string server;  // scheme://host:port
  std::string path;
};

Url split_url(const std::string& url) {
  const size_t scheme = url.find("://");
  const std::string_view name = std::string_view(url).substr(0, scheme);
  if (scheme == std::string::npos || (name != "http" && name != "https"))
    throw UserError(fmt::format("'{}' is no address of a server", url), "Write http://host:port or https://host:port.");
  const size_t path = std::min(url.find('/', scheme + 3), url.size());
  if (path == scheme + 3) throw UserError(fmt::format("'{}' names no host", url), "Write http://host:port.");
  return {url.substr(0, path), path == url.size() ? "/" : url.substr(path)};
}

std::string describe(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
      return "nobody listens there, or there is no such host";
    case httplib::Error::ConnectionTimeout:
      return "no connection was made in time";
    case httplib::Error::Read:
      return "the connection was closed, or silent for too long";
    case httplib::Error::Write:
      return "the connection was closed while the request was sent";
    case httplib::Error::SSLConnection:
      return "no TLS connection could be made";
    default:
      return httplib::to_string(error);
  }
}

[[noreturn]] void fail(const Url& url, httplib::Error error, const HttpRequest& request) {
  if (error == httplib::Error::SSLServerVerification)
    throw UserError(fmt::format("The certificate of {} is not trusted", url.server),
                    request.tls.ca.empty() ? "Name the certificate of who signed it as a PEM file."
                                           : fmt::format("'{}' does not hold who signed it.", request.tls.ca));
  if (error == httplib::Error::SSLLoadingCerts)
    throw UserError(fmt::format("Certificates cannot be read: '{}'", request.tls.ca), "Name a readable PEM file.");
  if (error == httplib::Error::Canceled)
    throw TransientError(fmt::format("The answer of {} is longer than {} bytes", url.server, kHttpBodyBytesMax));
  throw TransientError(fmt::format("No answer from {}: {}", url.server, describe(error)));
}

void check_readable(const std::string& path) {
  if (path.empty()) return;
  std::FILE* const file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) throw UserError(fmt::format("'{}' cannot be read", path), "Name a readable PEM file.");
  std::fclose(file);
}

}  // namespace

HttpResponse RealHttpClient::send(const HttpRequest& request) {
  const Url url = split_url(request.url);
  for (const std::string* path : {&request.tls.ca, &request.tls.certificate, &request.tls.key}) check_readable(*path);
  httplib::Client client(url.server, request.tls.certificate, request.tls.key);
  if (!client.is_valid())
    throw UserError(fmt::format("No connection to {} can be made", url.server),
                    "The address may be none, or the certificate and key do not fit together.");
  const auto timeout = std::chrono::milliseconds(request.timeout_ms);
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  client.set_write_timeout(timeout);
  client.set_keep_alive(false);
  client.enable_server_certificate_verification(request.tls.verify);
  if (!request.tls.ca.empty()) client.set_ca_cert_path(request.tls.ca);

  httplib::Request sent;
  sent.method = request.method;
  sent.path = url.path;
  for (const auto& [name, value] : request.headers) sent.set_header(name, value);
  sent.body = request.body;
  HttpResponse response;
  sent.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    if (response.body.size() + size > kHttpBodyBytesMax) return false;
    response.body.append(data, size);
    return true;
  };
  const httplib::Result result = client.send(sent);
  if (!result) fail(url, result.error(), request);
  response.status = result->status;
  for (const auto& [name, value] : result->headers) response.headers.emplace_back(name, value);
  return response;
}

void RealHttpClient::wait(DurationMillis duration_ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(duration_ms));
}

}  // namespace tidemill
