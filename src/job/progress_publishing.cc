#include "job/progress_publishing.h"

namespace tidemill {

std::optional<GroupProgress> ProgressPublishing::progress_of(const ManifestSource& saved, const Source& source) const {
  std::vector<Split> splits;
  for (const SplitProgress& progress : saved.splits) splits.push_back(progress.split);
  splits.insert(splits.end(), saved.ended.begin(), saved.ended.end());
  return source.progress(splits);
}

std::vector<GroupProgress> ProgressPublishing::progress(const Manifest& manifest) const {
  std::vector<GroupProgress> all;
  for (const ManifestSource& saved : manifest.sources) {
    const auto found = sources_.find(saved.operator_id);
    if (found == sources_.end()) continue;
    if (std::optional<GroupProgress> one = progress_of(saved, *found->second.source)) all.push_back(std::move(*one));
  }
  return all;
}

void ProgressPublishing::publish(const Manifest& manifest) {
  for (const ManifestSource& saved : manifest.sources) {
    const auto found = sources_.find(saved.operator_id);
    if (found == sources_.end()) continue;
    Published& published = found->second;
    const std::optional<GroupProgress> progress = progress_of(saved, *published.source);
    if (!progress || progress->domain == transaction_domain_) continue;
    if (!published.publisher) published.publisher = published.source->make_publisher(environment_);
    published.publisher->publish(*progress);
  }
}

}  // namespace tidemill
