// env/real/real_http_client.h - HTTP/1.1 over sockets, and TLS by OpenSSL. Rule: a connection a request: questions are
// few.
#pragma once
#include "env/http_client.h"

namespace tidemill {

class RealHttpClient final : public HttpClient {
 public:
  HttpResponse send(const HttpRequest& request) override;
  void wait(DurationMillis duration_ms) override;
};

}  // namespace tidemill
