// Questions over HTTP: what the real client says and hears, against a server in this process.
#include "env/http_client.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "base/error.h"
#include "env/real/real_http_client.h"
#include "env/simulated/simulated_http_client.h"

namespace tidemill {
namespace {

// A certificate for 127.0.0.1 that signs itself, as PEM files.
struct Identity {
  explicit Identity(const std::string& name)
      : certificate(fmt::format("{}tidemill_{}_{}_certificate.pem", testing::TempDir(), ::getpid(), name)),
        key(fmt::format("{}tidemill_{}_{}_key.pem", testing::TempDir(), ::getpid(), name)) {
    EVP_PKEY* const pair = EVP_RSA_gen(2048);
    X509* const x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, pair);
    X509_NAME* const subject = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(x509, subject);
    X509_EXTENSION* const address = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(x509, address, -1);
    X509_sign(x509, pair, EVP_sha256());
    std::FILE* file = std::fopen(certificate.c_str(), "w");
    PEM_write_X509(file, x509);
    std::fclose(file);
    file = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_EXTENSION_free(address);
    X509_free(x509);
    EVP_PKEY_free(pair);
  }
  std::string certificate, key;
};

// Serves while it lives.
class Serving {
 public:
  explicit Serving(std::unique_ptr<httplib::Server> server) : server_(std::move(server)) {
    server_->Post("/echo", [](const httplib::Request& request, httplib::Response& response) {
      response.set_header("X-Asked", request.get_header_value("X-Said"));
      response.set_content(request.body, "text/plain");
    });
    server_->Get("/missing", [](const httplib::Request&, httplib::Response& response) {
      response.status = 404;
      response.set_content("no such thing", "text/plain");
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }
  ~Serving() {
    server_->stop();
    thread_.join();
  }
  std::string url(std::string_view scheme, std::string_view path) const {
    return fmt::format("{}://127.0.0.1:{}{}", scheme, port_, path);
  }

 private:
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

template <class Error>
std::string error_of(const HttpRequest& request) {
  try {
    RealHttpClient().send(request);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(HttpClient, SaysAndHears) {
  const Serving server(std::make_unique<httplib::Server>());
  RealHttpClient client;
  const HttpResponse echo = client.send({"POST", server.url("http", "/echo"), {{"X-Said", "words"}}, "a body"});
  EXPECT_EQ(echo.status, 200);
  EXPECT_EQ(echo.body, "a body");
  EXPECT_NE(std::ranges::find(echo.headers, std::pair<std::string, std::string>("X-Asked", "words")),
            echo.headers.end());
  const HttpResponse missing = client.send({"GET", server.url("http", "/missing")});
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "no such thing");
}

TEST(HttpClient, WhoIsNotThereIsNamed) {
  std::string url;
  {
    const Serving server(std::make_unique<httplib::Server>());
    url = server.url("http", "/echo");
  }
  EXPECT_TRUE(has(error_of<TransientError>({"GET", url}),
                  "No answer from " + url.substr(0, url.size() - 5) + ": nobody listens there"));
}

TEST(HttpClient, AddressesAreChecked) {
  EXPECT_TRUE(has(error_of<UserError>({"GET", "registry:8081"}), "'registry:8081' is no address of a server"));
  EXPECT_TRUE(has(error_of<UserError>({"GET", "ftp://x"}), "is no address"));
  EXPECT_TRUE(has(error_of<UserError>({"GET", "http:///x"}), "names no host"));
}

TEST(HttpClient, CertificatesAreChecked) {
  const Identity server_identity("server"), other("other");
  const Serving server(
      std::make_unique<httplib::SSLServer>(server_identity.certificate.c_str(), server_identity.key.c_str()));
  HttpRequest request{"POST", server.url("https", "/echo"), {}, "a body"};
  EXPECT_TRUE(has(error_of<UserError>(request), "is not trusted"));
  request.tls.ca = other.certificate;
  EXPECT_TRUE(has(error_of<UserError>(request), "is not trusted"));
  request.tls.ca = "/no/such.pem";
  EXPECT_TRUE(has(error_of<UserError>(request), "'/no/such.pem' cannot be read"));
  request.tls.ca = server_identity.certificate;
  EXPECT_EQ(RealHttpClient().send(request).body, "a body");
  request.tls = {};
  request.tls.verify = false;
  EXPECT_EQ(RealHttpClient().send(request).body, "a body");
}

TEST(HttpClient, AClientShowsItsCertificate) {
  const Identity server_identity("server2"), client_identity("client");
  const Serving server(std::make_unique<httplib::SSLServer>(
      server_identity.certificate.c_str(), server_identity.key.c_str(), client_identity.certificate.c_str()));
  HttpRequest request{"POST", server.url("https", "/echo"), {}, "a body"};
  request.tls.ca = server_identity.certificate;
  EXPECT_NE(error_of<TransientError>(request), "");
  request.tls.certificate = client_identity.certificate;
  request.tls.key = client_identity.key;
  EXPECT_EQ(RealHttpClient().send(request).body, "a body");
}

TEST(SimulatedHttpClient, AnswersAsItIsTold) {
  SimulatedHttpClient client;
  EXPECT_THROW(client.send({"GET", "http://x"}), TransientError);
  client.serve([](const HttpRequest& request) { return HttpResponse{200, {}, request.body + "!"}; });
  EXPECT_EQ(client.send({"POST", "http://x", {}, "a"}).body, "a!");
  client.wait(5);
  EXPECT_EQ(client.requests().size(), 2U);
  EXPECT_EQ(client.waits_ms(), std::vector<DurationMillis>{5});
}

}  // namespace
}  // namespace tidemill
