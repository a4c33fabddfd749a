// tidemill kafka txn: what jobs that write exactly once have left open in a cluster, and the way out.
#include <nlohmann/json.hpp>

#include "builtins/kafka_transactions.h"
#include "cli/commands.h"
#include "cli/error_report.h"

namespace tidemill {
namespace {

using Json = nlohmann::ordered_json;

OptionMap properties_of(const KafkaCommandOptions& options) {
  OptionMap properties = {{"bootstrap.servers", options.servers}};
  for (const std::string& pair : options.properties) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UsageError(fmt::format("--property needs NAME=VALUE, not '{}'", pair));
    properties[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return properties;
}

void print_json(const TransactionListing& listing, Console& console) {
  Json json = {{"prefixes", Json::array()}, {"blocked", Json::array()}};
  for (const TransactionPrefix& found : listing.prefixes) {
    Json one = {{"prefix", found.prefix}};
    one["epoch"] = found.newest ? Json(found.newest->epoch) : Json();
    one["owner"] = found.newest ? Json(found.newest->owner) : Json();
    json["prefixes"].push_back(std::move(one));
  }
  for (const BlockedPartition& blocked : listing.blocked)
    json["blocked"].push_back({{"topic", blocked.partition.topic},
                               {"partition", blocked.partition.partition},
                               {"offset", blocked.offset},
                               {"behind", blocked.behind}});
  console.write_out(json.dump() + "\n");
}

void print_text(const TransactionListing& listing, Console& console) {
  console.write_out(fmt::format("{:<32}  {:>10}  OWNER\n", "PREFIX", "EPOCH"));
  for (const TransactionPrefix& found : listing.prefixes)
    console.write_out(fmt::format("{:<32}  {:>10}  {}\n", found.prefix,
                                  found.newest ? std::to_string(found.newest->epoch) : "none",
                                  found.newest ? found.newest->owner : ""));
  for (const BlockedPartition& blocked : listing.blocked)
    console.write_out(
        fmt::format("{}: a transaction is open since offset {}; read_committed readers do not see {} "
                    "offsets from there on\n",
                    to_text(blocked.partition), blocked.offset, blocked.behind));
  if (listing.blocked.empty()) console.write_out("No transaction is open.\n");
}

int run(const KafkaCommandOptions& options, Environment& environment) {
  const OptionMap properties = properties_of(options);
  if (options.verb == KafkaVerb::kAbort) {
    abort_transactions(environment.kafka, properties, options.prefix);
    environment.console.write_out(
        fmt::format("Transactions of '{}' are ended; a job that had them begins again from its last checkpoint.\n",
                    options.prefix));
    return kExitOk;
  }
  const TransactionListing listing = list_transactions(environment.kafka, properties);
  options.json ? print_json(listing, environment.console) : print_text(listing, environment.console);
  return kExitOk;
}

}  // namespace

int kafka_command(const KafkaCommandOptions& options, Environment& environment) {
  int exit_code = kExitOk;
  try {
    exit_code = run(options, environment);
  } catch (...) {
    const ErrorReport report = report_error(std::current_exception(), "", "");
    environment.console.write_error(report.text);
    exit_code = report.exit_code;
  }
  environment.console.flush();
  return exit_code;
}

}  // namespace tidemill
