// env/simulated/simulated_file_system.h - files in memory. Rule: every file and directory has two images, what programs
// see (cached) and what survives a power cut (durable); only sync() and sync_directory() copy one to the other.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "env/clock.h"
#include "env/faults.h"
#include "env/file_system.h"
#include "env/random.h"

namespace tidemill {

// One thread only. Faults by name:
// - "file.open", "file.read", "file.append", "file.sync", "file.close", "file.info", "file.list", "file.rename",
//   "file.remove", "file.lock", "file.create_directories", "file.sync_directory", "scratch.open", "scratch.write" and
//   "scratch.read" each throw TransientError before the call has an effect. After a failed "file.sync" no later sync of
//   that file has an effect, as on Linux, where the pages that could not be written count as clean.
// - "file.misdirect_offset": bytes are appended, but over earlier bytes of the file; where they belong there are zeros.
//   "file.misdirect_file": the same over bytes of another file. The programs that wrote see nothing of either.
// - "scratch.flip" flips one bit of what is written to a scratch file.
// fail_call() and set_quota() make calls fail by number and by space.
class SimulatedFileSystem final : public FileSystem {
 public:
  // `clock` and `faults` are borrowed. The root and the working directory are one directory.
  SimulatedFileSystem(const Clock& clock, Faults& faults) : clock_(clock), faults_(faults) {}

  std::unique_ptr<ReadableFile> open_read(const std::string& path) override;
  std::unique_ptr<WritableFile> open_write(const std::string& path) override;
  std::unique_ptr<ScratchFile> open_scratch(const std::string& directory) override;
  bool exists(const std::string& path) override;
  FileInfo info(const std::string& path) override;
  std::vector<FileInfo> list(const std::string& directory) override;
  void create_directories(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& path) override;
  std::unique_ptr<FileLock> lock(const std::string& path) override;
  void sync_directory(const std::string& directory) override;

  // What the process and the kernel forget when the power goes: bytes not synced, names whose directory was not synced.
  // A mere kill of the process loses nothing here.
  void power_cut();
  // The same, but any of it may have reached the disk: of each file any subset of the sectors that differ from what was
  // synced, and its length anywhere between the two; and any subset of the changes of names (a file made, renamed or
  // removed, a directory made or removed), each whole or not at all. Names below a directory that is lost are lost.
  void power_cut(Random& random);

  // Lets the `nth` call from now on (1: the next one), and with `all_after` every later one, fail like a fault.
  // Everything counts that may fail: also calls on open files, and of scratch files.
  void fail_call(int64_t nth, bool all_after = false);
  void no_call_fails() { fail_at_.reset(); }
  // Returns how many calls were made so far.
  int64_t calls() const { return calls_; }
  // Lets writes fail once all files together, scratch files included, have `bytes` bytes; what still fits is written,
  // as a full disk does. nullopt lifts it.
  void set_quota(std::optional<int64_t> bytes) { quota_ = bytes; }
  // Returns the bytes of all files, as the quota counts them.
  int64_t bytes_used() const;

  // Makes a file with these bytes, durable at once (a test's input).
  void put(const std::string& path, std::string bytes);
  // Returns a file's cached bytes. Throws UserError when there is none.
  std::string get(const std::string& path);

 private:
  class Reading;
  class Writing;
  class Scratch;
  class Lock;
  struct File {
    std::string cached;
    std::string durable;
    EpochMillis modified = 0;
    bool sync_failed = false;  // what is synced from now on is not durable
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;  // by normal path; two images name one File
  // A change of names that no sync_directory() has made durable. One of them goes with the directory of `to`, or of
  // `from` where that is all it names; a rename makes both durable.
  struct NameChange {
    std::string from;            // empty: nothing goes away
    std::string to;              // empty: nothing comes
    std::shared_ptr<File> file;  // nullptr: a directory
    bool concerns(const std::string& directory) const;
  };

  // Counts a call, and throws where it is to fail.
  void begin_call(std::string_view fault, const std::string& path);
  // Returns how many of `bytes` bytes fit.
  size_t room_for(size_t bytes) const;
  void append(File& file, std::string_view bytes);
  // Writes over earlier bytes of `victim`.
  void misdirect(File& victim, std::string_view bytes);
  File& other_file(const File& file);
  std::shared_ptr<File> find(std::string_view doing, const std::string& path) const;
  void require_parent(std::string_view doing, const std::string& path) const;
  void link(const std::string& normal, std::shared_ptr<File> file);
  void apply(const NameChange& change);
  void drop_names_without_directory();
  // Makes the durable image the cached one.
  void restart_from_disk();

  const Clock& clock_;
  Faults& faults_;
  Names cached_;
  Names durable_;
  std::set<std::string> directories_;          // besides the root ""
  std::set<std::string> durable_directories_;  // these too
  std::vector<NameChange> unsynced_;           // in order
  const std::shared_ptr<std::set<std::string>> locked_ = std::make_shared<std::set<std::string>>();
  int64_t scratch_bytes_ = 0;
  int64_t calls_ = 0;
  struct FailAt {
    int64_t call;
    bool all_after;
  };
  std::optional<FailAt> fail_at_;
  std::optional<int64_t> quota_;
};

}  // namespace tidemill
