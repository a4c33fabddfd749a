#include "checkpoint/job_tag.h"

#include <gtest/gtest.h>

#include "env/durable_name.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

TEST(JobTag, IsDrawnOnceAndMovesWithItsDirectory) {
  SimulatedEnvironment environment(1);
  SimulatedFileSystem& files = environment.files();
  files.create_directories("ck");
  files.create_directories("other");
  const uint64_t tag = job_tag(files, environment.get().random, "ck");
  EXPECT_EQ(job_tag(files, environment.get().random, "ck"), tag);
  EXPECT_NE(job_tag(files, environment.get().random, "other"), tag);
  make_name_durable(files, "ck");
  files.power_cut();
  files.create_directories("other");
  EXPECT_EQ(job_tag(files, environment.get().random, "ck"), tag);
  files.rename("ck/tag", "other/tag");
  EXPECT_EQ(job_tag(files, environment.get().random, "other"), tag);
}

TEST(JobTag, ADamagedOneIsDrawnAnew) {
  SimulatedEnvironment environment(1);
  SimulatedFileSystem& files = environment.files();
  files.put("ck/tag", "12345");
  const uint64_t tag = job_tag(files, environment.get().random, "ck");
  EXPECT_EQ(job_tag(files, environment.get().random, "ck"), tag);
}

}  // namespace
}  // namespace tidemill
