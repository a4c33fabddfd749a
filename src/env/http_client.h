// env/http_client.h - questions to servers over HTTP. Rule: a call is one request and its answer; who calls decides
// what a status means, and whether to ask again.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tidemill {

constexpr size_t kHttpBodyBytesMax = size_t{64} << 20;  // of an answer

// Who is trusted, and who asks. Paths of PEM files.
struct HttpTls {
  std::string ca;           // certificates that servers' are checked against; empty: those of the system
  std::string certificate;  // the client's own; empty: none
  std::string key;          // of it
  bool verify = true;       // false: any server is trusted
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http:// or https://, without a user
  HttpHeaders headers = {};
  std::string body = {};
  DurationMillis timeout_ms = 10000;  // to connect, and of silence
  HttpTls tls = {};
};

struct HttpResponse {
  int32_t status = 0;
  HttpHeaders headers = {};
  std::string body = {};
};

// Any thread; both calls block, so on a row's path they belong on the I/O pool.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Sends a request and waits for the answer, whatever its status. Throws TransientError naming the address where there
  // is none, and UserError for a URL that is none and for certificates that cannot be read or are not trusted.
  virtual HttpResponse send(const HttpRequest& request) = 0;
  // Waits before a request is sent again.
  virtual void wait(DurationMillis duration_ms) = 0;
};

}  // namespace tidemill
