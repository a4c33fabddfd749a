// Tokens for Kafka: what is asked of the endpoint, and what its answers mean.
#include "env/real/kafka_token.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/error.h"
#include "env/simulated/simulated_http_client.h"

namespace tidemill {
namespace {

constexpr std::string_view kSecret = "canary-7f3a";

std::string part(std::string_view json) {
  std::string text;
  append_base64(text, json);
  std::erase(text, '=');
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::string jwt(std::string_view claims) {
  return fmt::format("{}.{}.c2ln", part("{\"alg\":\"RS256\"}"), part(claims));
}

KafkaTokenSettings settings() {
  KafkaProperties properties = {{"sasl.oauthbearer.method", "oidc"},
                                {"sasl.oauthbearer.token.endpoint.url", "http://host:1/token?tenant=7"},
                                {"sasl.oauthbearer.client.id", "alice"},
                                {"sasl.oauthbearer.client.secret", std::string(kSecret)}};
  return *take_token_settings(properties);
}

class KafkaTokenTest : public testing::Test {
 protected:
  KafkaToken ask(int32_t status, const std::string& body, const KafkaTokenSettings& how = settings()) {
    http_.serve([=](const HttpRequest&) { return HttpResponse{status, {}, body}; });
    return request_token(http_, how, closing_);
  }
  // Returns the error of an answer that the user must see to.
  std::string refused(int32_t status, const std::string& body) {
    try {
      ask(status, body);
    } catch (const UserError& error) {
      EXPECT_EQ((error.what() + error.hint()).find(kSecret), std::string::npos);
      EXPECT_FALSE(error.hint().empty());
      EXPECT_EQ(http_.waits_ms().size(), 0U) << "asked again";
      return error.what();
    }
    return "no error";
  }

  SimulatedHttpClient http_;
  std::atomic<bool> closing_ = false;
};

TEST_F(KafkaTokenTest, AsksByTheCredentialsOfTheClient) {
  KafkaTokenSettings how = settings();
  how.scope = "read write";
  const std::string text = jwt(R"({"sub":"alice@x","exp":1700000000.5})");
  const KafkaToken token = ask(200, fmt::format(R"({{"access_token":"{}","expires_in":60}})", text), how);
  EXPECT_EQ(token.text, text);
  EXPECT_EQ(token.principal, "alice@x");
  EXPECT_EQ(token.expires, 1'700'000'000'500);
  const HttpRequest& asked = http_.requests().at(0);
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.url, "http://host:1/token?tenant=7");
  EXPECT_EQ(asked.body, "grant_type=client_credentials&scope=read+write");
  const HttpHeaders expected = {{"Accept", "application/json"},
                                {"Authorization", "Basic YWxpY2U6Y2FuYXJ5LTdmM2E="},
                                {"Cache-Control", "no-cache"},
                                {"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(asked.headers, expected);
}

TEST_F(KafkaTokenTest, WithoutAScopeNoneIsAskedFor) {
  ask(201, fmt::format(R"({{"access_token":"{}"}})", jwt(R"({"sub":"a","exp":1})")));
  EXPECT_EQ(http_.requests().at(0).body, "grant_type=client_credentials");
}

TEST_F(KafkaTokenTest, ARefusedClientIsTheUsersToMend) {
  EXPECT_EQ(refused(401, R"({"error":"invalid_client"})"),
            "Token endpoint http://host:1/token answered with status 401 (invalid_client)");
  EXPECT_EQ(refused(404, "<html>not found</html>"), "Token endpoint http://host:1/token answered with status 404");
}

TEST_F(KafkaTokenTest, WhatCameBackIsNotShown) {
  const std::string told = fmt::format(R"({{"error":"{0} was wrong","error_description":"{0}"}})", kSecret);
  EXPECT_EQ(refused(400, told), "Token endpoint http://host:1/token answered with status 400");
  EXPECT_EQ(refused(200, fmt::format(R"({{"token":"{}"}})", kSecret)),
            "Token endpoint http://host:1/token answered with status 200, and without an access_token");
}

TEST_F(KafkaTokenTest, OnlyATokenWithItsOwnerAndItsEndIsOne) {
  const auto token = [&](const std::string& text) {
    return refused(200, fmt::format(R"({{"access_token":"{}"}})", text));
  };
  EXPECT_EQ(token("opaque"), "The token of http://host:1/token is no JWT");
  EXPECT_EQ(token("a.!!!.b"), "The token of http://host:1/token is no JWT");
  EXPECT_EQ(token(jwt("[1]")), "The token of http://host:1/token is no JWT");
  EXPECT_EQ(token(jwt(R"({"sub":"a"})")), "The token of http://host:1/token has no claim exp");
  EXPECT_EQ(token(jwt(R"({"sub":"a","exp":"soon"})")), "The token of http://host:1/token has no claim exp");
  EXPECT_EQ(token(jwt(R"({"exp":1})")), "The token of http://host:1/token has no claim sub");
  EXPECT_EQ(token(jwt(R"({"sub":"","exp":1})")), "The token of http://host:1/token has no claim sub");
}

TEST_F(KafkaTokenTest, AnEndpointThatCannotAnswerIsAskedAgain) {
  int asked = 0;
  http_.serve([&](const HttpRequest&) -> HttpResponse {
    if (++asked == 1) throw TransientError("No answer from http://host:1");
    if (asked == 2) return {503, {}, ""};
    return {200, {}, fmt::format(R"({{"access_token":"{}"}})", jwt(R"({"sub":"a","exp":1})"))};
  });
  EXPECT_EQ(request_token(http_, settings(), closing_).principal, "a");
  EXPECT_EQ(http_.waits_ms(), (std::vector<DurationMillis>{200, 400}));
}

TEST_F(KafkaTokenTest, AnEndpointThatNeverAnswersIsATransientError) {
  try {
    ask(503, "");
    FAIL() << "no error";
  } catch (const TransientError& error) {
    EXPECT_STREQ(error.what(), "Token endpoint http://host:1/token answered with status 503");
  }
  EXPECT_EQ(http_.requests().size(), 3U);
}

TEST_F(KafkaTokenTest, AClientThatIsGivenBackAsksOnce) {
  closing_ = true;
  EXPECT_THROW(ask(503, ""), TransientError);
  EXPECT_EQ(http_.requests().size(), 1U);
}

TEST(KafkaTokenSettingsTest, TheClientIsNotToldOfThem) {
  KafkaProperties properties = {{"bootstrap.servers", "b"},
                                {"sasl.mechanism", "OAUTHBEARER"},
                                {"sasl.oauthbearer.method", "oidc"},
                                {"sasl.oauthbearer.token.endpoint.url", "https://host/token"},
                                {"sasl.oauthbearer.client.id", "alice"},
                                {"sasl.oauthbearer.client.secret", "s"},
                                {"sasl.oauthbearer.scope", "all"},
                                {"sasl.oauthbearer.extensions", "logicalCluster=lkc-1,pool=p=2"},
                                {"ssl.ca.location", "/ca.pem"}};
  const std::optional<KafkaTokenSettings> settings = take_token_settings(properties);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->scope, "all");
  EXPECT_EQ(settings->tls.ca, "/ca.pem");
  const std::vector<std::pair<std::string, std::string>> extensions = {{"logicalCluster", "lkc-1"}, {"pool", "p=2"}};
  EXPECT_EQ(settings->extensions, extensions);
  EXPECT_EQ(
      properties,
      (KafkaProperties{{"bootstrap.servers", "b"}, {"sasl.mechanism", "OAUTHBEARER"}, {"ssl.ca.location", "/ca.pem"}}));
}

TEST(KafkaTokenSettingsTest, AClientThatAsksForNone) {
  KafkaProperties properties = {{"sasl.mechanism", "PLAIN"}};
  EXPECT_FALSE(take_token_settings(properties));
}

TEST(KafkaTokenSettingsTest, WhatCannotBeDoneIsRefused) {
  KafkaProperties user = {{"sasl.oauthbearer.method", "oidc"},
                          {"sasl.oauthbearer.token.endpoint.url", "https://a:canary-7f3a@host/token"}};
  try {
    take_token_settings(user);
    FAIL() << "no error";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "Option 'properties.sasl.oauthbearer.token.endpoint.url': the address has a user in it");
  }
  KafkaProperties inline_certificates = {{"sasl.oauthbearer.method", "oidc"},
                                         {"sasl.oauthbearer.token.endpoint.url", "https://host/token"},
                                         {"ssl.ca.pem", "-----BEGIN"}};
  EXPECT_THROW(take_token_settings(inline_certificates), UserError);
}

}  // namespace
}  // namespace tidemill
