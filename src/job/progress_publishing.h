// job/progress_publishing.h - tells the world outside how far a job's sources have read. Rule: for those who watch;
// what fails here is told to the user, and changes nothing.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/manifest.h"
#include "connectors/spi/source.h"

namespace tidemill {

class ProgressPublishing {
 public:
  // `environment` is borrowed. Sources whose progress is of `transaction_domain` are left to the transaction.
  ProgressPublishing(Environment& environment, std::string transaction_domain)
      : environment_(environment), transaction_domain_(std::move(transaction_domain)) {}
  void add(std::string id, std::shared_ptr<const Source> source) { sources_[std::move(id)].source = std::move(source); }

  // Returns how far the sources had read by the epoch. Any thread.
  std::vector<GroupProgress> progress(const Manifest& manifest) const;
  // Tells it. I/O pool, one call at a time. Throws what publishers throw.
  void publish(const Manifest& manifest);

 private:
  struct Published {
    std::shared_ptr<const Source> source;
    std::unique_ptr<ProgressPublisher> publisher;  // made when it is needed
  };
  std::optional<GroupProgress> progress_of(const ManifestSource& saved, const Source& source) const;

  Environment& environment_;
  const std::string transaction_domain_;
  std::map<std::string, Published> sources_;  // by operator id
};

}  // namespace tidemill
