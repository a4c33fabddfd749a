// Properties of Java's Kafka client, as users write them, and what librdkafka is told.
#include "connectors/kafka/kafka_properties.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr const char* kLogin = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required";

ClientProperties translated(OptionMap written) {
  written.emplace("properties.bootstrap.servers", "b");
  written.emplace("properties.sasl.mechanism", "OAUTHBEARER");
  const Options options = Options::parse(written, property_options(), "connector 'kafka'");
  ClientProperties made = client_properties(options, KafkaClientUse::kProducer);
  made.properties.erase("bootstrap.servers");
  made.properties.erase("sasl.mechanism");
  return made;
}

std::string refused(OptionMap written) {
  try {
    translated(std::move(written));
  } catch (const UserError& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "no error";
}

const KafkaProperties kAsked = {{"sasl.oauthbearer.method", "oidc"},
                                {"sasl.oauthbearer.token.endpoint.url", "http://t"},
                                {"sasl.oauthbearer.client.id", "alice"},
                                {"sasl.oauthbearer.client.secret", "s"},
                                {"sasl.oauthbearer.scope", "all"}};

TEST(KafkaProperties, TokensOfAnEndpointByTheLoginModule) {
  const ClientProperties made = translated(
      {{"properties.sasl.oauthbearer.token.endpoint.url", "http://t"},
       {"properties.sasl.login.callback.handler.class",
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"},
       {"properties.sasl.jaas.config", fmt::format("{} clientId=alice clientSecret='s' scope=\"all\" ;", kLogin)}});
  EXPECT_EQ(made.properties, kAsked);
  EXPECT_TRUE(made.warnings.empty()) << made.warnings.front();
}

TEST(KafkaProperties, TokensOfAnEndpointByPropertiesOfTheirOwn) {
  const ClientProperties made =
      translated({{"properties.sasl.oauthbearer.token.endpoint.url", "http://t"},
                  {"properties.sasl.oauthbearer.client.credentials.client.id", "alice"},
                  {"properties.sasl.oauthbearer.client.credentials.client.secret", "s"},
                  {"properties.sasl.oauthbearer.scope", "all"},
                  {"properties.sasl.oauthbearer.jwt.retriever.class",
                   "org.apache.kafka.common.security.oauthbearer.ClientCredentialsJwtRetriever"},
                  {"properties.sasl.jaas.config", fmt::format("{};", kLogin)}});
  EXPECT_EQ(made.properties, kAsked);
  EXPECT_TRUE(made.warnings.empty()) << made.warnings.front();
}

TEST(KafkaProperties, ExtensionsOfALogin) {
  OptionMap written = {{"properties.sasl.oauthbearer.token.endpoint.url", "http://t"}};
  written["properties.sasl.jaas.config"] = fmt::format(
      "{} clientId=a clientSecret=s extension_logicalCluster=\"lkc-1\" extension_identityPoolId=pool-2;", kLogin);
  EXPECT_EQ(translated(written).properties.at("sasl.oauthbearer.extensions"),
            "identityPoolId=pool-2,logicalCluster=lkc-1");
  written["properties.sasl.jaas.config"] = fmt::format("{} clientId=a clientSecret=s extension_x='1,2';", kLogin);
  EXPECT_EQ(refused(written), "Option 'properties.sasl.jaas.config': the value of extension_x has a comma");
}

TEST(KafkaProperties, AnEndpointIsTrustedByTheTablesCertificates) {
  const ClientProperties made =
      translated({{"properties.security.protocol", "SASL_PLAINTEXT"},
                  {"properties.sasl.oauthbearer.token.endpoint.url", "https://t"},
                  {"properties.ssl.truststore.location", "/ca.pem"},
                  {"properties.sasl.jaas.config", fmt::format("{} clientId=a clientSecret=s;", kLogin)}});
  EXPECT_EQ(made.properties.at("ssl.ca.location"), "/ca.pem");
}

TEST(KafkaProperties, WhatATokenLoginLacksIsNamed) {
  const std::string login = fmt::format("{} clientId=a;", kLogin);
  const char* const endpoint = "properties.sasl.oauthbearer.token.endpoint.url";
  EXPECT_EQ(refused({{"properties.sasl.jaas.config", login}}),
            "'properties.sasl.mechanism' = 'OAUTHBEARER' needs 'properties.sasl.oauthbearer.token.endpoint.url'");
  EXPECT_EQ(refused({{"properties.sasl.jaas.config", login}, {endpoint, "http://t"}}),
            "'properties.sasl.mechanism' = 'OAUTHBEARER' needs clientSecret in 'properties.sasl.jaas.config'");
  EXPECT_EQ(refused({{endpoint, "http://t"}}),
            "'properties.sasl.mechanism' = 'OAUTHBEARER' needs clientId in 'properties.sasl.jaas.config'");
  EXPECT_EQ(refused({{endpoint, "http://t"},
                     {"properties.sasl.jaas.config", fmt::format("{} clientId=a clientSecrets=s;", kLogin)}}),
            "Option 'properties.sasl.jaas.config': clientSecrets is not known");
}

TEST(KafkaProperties, ClassesOfJavaAreKnownOrRefused) {
  EXPECT_EQ(
      refused({{"properties.sasl.login.callback.handler.class", "com.example.Login"}}),
      "Option 'properties.sasl.login.callback.handler.class': class 'com.example.Login' cannot be loaded: nothing "
      "here runs Java");
}

}  // namespace
}  // namespace tidemill
