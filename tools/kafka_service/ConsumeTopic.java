// kafka_service/ConsumeTopic.java - what a topic holds by Kafka's own client. Rule: it reads to the end there is when it starts.
// Properties of the consumer come on standard input, as a .properties file; each record goes out as a line: partition, offset,
// timestamp, key and value in Base64 ("-" for null), and headers as name=Base64, all separated by tabs.

import java.io.PrintStream;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public final class ConsumeTopic {
  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.load(System.in);
    properties.putIfAbsent("enable.auto.commit", "false");
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(arguments[0]).stream()
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .collect(Collectors.toList());
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
            print(record, out);
          }
        }
      }
    }
    out.flush();
  }

  private static void print(ConsumerRecord<byte[], byte[]> record, PrintStream out) {
    StringBuilder line = new StringBuilder();
    line.append(record.partition()).append('\t').append(record.offset()).append('\t').append(record.timestamp());
    line.append('\t').append(text(record.key())).append('\t').append(text(record.value()));
    for (Header header : record.headers()) {
      line.append('\t').append(header.key()).append('=').append(text(header.value()));
    }
    out.println(line);
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "-" : Base64.getEncoder().encodeToString(bytes);
  }
}
