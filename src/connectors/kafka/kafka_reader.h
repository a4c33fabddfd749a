// connectors/kafka/kafka_reader.h - reads the partitions of one subtask. Rule: a batch holds rows of one partition; the
// client fetches ahead, and what this reader does not take it does not fetch.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/io_preparation.h"
#include "connectors/kafka/kafka_position.h"
#include "connectors/kafka/kafka_source.h"
#include "connectors/kafka/message_rows.h"

namespace tidemill {

class KafkaReader final : public Reader {
 public:
  // `settings` and `environment` are borrowed.
  KafkaReader(const KafkaSourceSettings& settings, Environment& environment, const Subtask& subtask);
  ~KafkaReader() override;
  void add_splits(std::vector<Split> splits) override;
  ReadResult poll(int32_t max_rows, std::string_view preferred) override;
  void hold(std::set<std::string, std::less<>> splits) override { held_ = std::move(splits); }
  std::vector<Split> positions() const override;
  void set_wake(std::function<void()> wake) override { wake_ = std::move(wake); }
  int64_t records_in_errors() const override { return errors_counted_; }
  std::optional<int64_t> pending_records() const override;
  std::string problem() const override;
  size_t memory_bytes() const override;

 private:
  struct Partition {
    KafkaPartition partition;
    std::shared_ptr<const std::string> name;
    KafkaPosition position;               // behind the rows given
    bool added = false;                   // to the consumer
    int64_t end_behind = kNoKafkaOffset;  // the end that the client told together with the messages fetched last
  };
  void open();
  // Fetches messages of a partition into the decoders. Returns whether any are there; notes its end in `result`.
  bool fetch(Partition& partition, int32_t max_rows, ReadResult& result);
  bool fetch_any(int32_t max_rows, std::string_view preferred, ReadResult& result);
  // Starts what the decoders ask for. Returns whether they wait for it; throws what that came to.
  bool preparing();
  // Gives the next rows of the group at hand. Returns false where it has none left.
  bool give_rows(int32_t max_rows, ReadResult& result);
  void end_group(ReadResult& result);
  void drop(Partition& partition, ReadResult& result);

  const KafkaSourceSettings& settings_;
  Environment& environment_;
  std::function<void()> wake_;
  RecordErrors errors_;
  int64_t errors_counted_ = 0;  // of messages that positions lie behind
  MessageRows rows_;
  std::vector<std::unique_ptr<Partition>> partitions_;  // not ended, as added
  std::shared_ptr<const std::string> told_name_;        // keeps the id that the last result named
  std::unique_ptr<KafkaConsumer> consumer_;
  std::set<std::string, std::less<>> held_;  // not to be read now
  size_t next_ = 0;                          // partition to look at first
  Partition* current_ = nullptr;             // whose group the decoders have; null: none
  int64_t group_end_ = 0;                    // offset behind the group
  int64_t rows_given_ = 0;                   // of the group, those before a restart among them
  int64_t rows_to_skip_ = 0;                 // that were given before a restart
  IoPreparation preparing_;
};

}  // namespace tidemill
