// streams/StreamsJob.java - job.sql as a person would write it for Kafka Streams. Rule: what costs Streams least, where there is a choice.
// Messages have the auction as their key, so that nothing needs to be repartitioned; stores are in memory; a window is emitted once.
//
// Arguments: servers, application id, input topic, output topic, threads, state directory. It ends when all that the input held at the
// start is counted. Since a window is only complete when a later bid comes, it then sends one such bid into each partition, for auction 0.
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.WindowStore;

public final class StreamsJob {
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final Duration DISORDER = Duration.ofSeconds(5);
  private static final Duration EMITTED_EVERY = Duration.ofSeconds(1); // as Streams does, by the clock, when a bid comes
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final JsonFactory JSON = new JsonFactory();

  /** What is read of a bid. */
  record Bid(long auction, long at) {}

  public static void main(String[] arguments) throws Exception {
    String servers = arguments[0];
    String input = arguments[2];
    Properties properties = new Properties();
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[1]);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, arguments[4]);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, arguments[5]);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "1000");
    properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers));
        KafkaStreams streams = new KafkaStreams(topology(input, arguments[3]), properties)) {
      Map<TopicPartition, Long> ends = ends(admin, input);
      streams.setUncaughtExceptionHandler(
          error -> {
            error.printStackTrace();
            Runtime.getRuntime().halt(1);
            return null;
          });
      streams.start();
      awaitCommitted(streams, ends);
      Thread.sleep(EMITTED_EVERY.toMillis());
      sendLaterBids(servers, ends);
      awaitCommitted(streams, ends(admin, input));
    }
  }

  private static org.apache.kafka.streams.Topology topology(String input, String output) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(
            input,
            Consumed.with(Serdes.Bytes(), Serdes.serdeFrom((topic, bid) -> null, (topic, data) -> parse(data)))
                .withTimestampExtractor((record, previous) -> ((Bid) record.value()).at()))
        .groupByKey(Grouped.with(Serdes.Bytes(), null))
        .windowedBy(TimeWindows.ofSizeAndGrace(WINDOW, DISORDER))
        .emitStrategy(EmitStrategy.onWindowClose())
        .count(
            Materialized.<Bytes, Long, WindowStore<Bytes, byte[]>>with(Serdes.Bytes(), Serdes.Long())
                .withStoreType(Materialized.StoreType.IN_MEMORY))
        .toStream()
        .map((windowed, count) -> new KeyValue<byte[], String>(null, text(windowed, count)))
        .to(output, Produced.with(Serdes.ByteArray(), Serdes.String()));
    return builder.build();
  }

  private static Bid parse(byte[] data) {
    long auction = -1;
    long at = -1;
    try (JsonParser parser = JSON.createParser(data)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("auction")) {
          auction = parser.getLongValue();
        } else if (name.equals("ts")) {
          at = parser.getLongValue();
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return new Bid(auction, at);
  }

  private static String text(Windowed<Bytes> windowed, long count) {
    String auction = new String(windowed.key().get(), StandardCharsets.UTF_8);
    String start = TIME.format(Instant.ofEpochMilli(windowed.window().start()));
    return "{\"auction\":" + auction + ",\"window_start\":\"" + start + "\",\"bids\":" + count + "}";
  }

  private static Map<TopicPartition, Long> ends(Admin admin, String topic) throws Exception {
    var partitions = admin.describeTopics(java.util.List.of(topic)).allTopicNames().get().get(topic).partitions();
    var asked = partitions.stream().collect(Collectors.toMap(one -> new TopicPartition(topic, one.partition()), one -> OffsetSpec.latest()));
    return admin.listOffsets(asked).all().get().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, one -> one.getValue().offset()));
  }

  /** Waits until all of the input is a part of a committed transaction. */
  private static void awaitCommitted(KafkaStreams streams, Map<TopicPartition, Long> ends) throws Exception {
    while (true) {
      Map<TopicPartition, Long> committed =
          streams.metadataForLocalThreads().stream()
              .map(ThreadMetadata::activeTasks)
              .flatMap(tasks -> tasks.stream())
              .flatMap(task -> task.committedOffsets().entrySet().stream())
              .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Math::max));
      if (ends.entrySet().stream().allMatch(end -> committed.getOrDefault(end.getKey(), -1L) >= end.getValue())) {
        return;
      }
      Thread.sleep(20);
    }
  }

  private static void sendLaterBids(String servers, Map<TopicPartition, Long> ends) {
    byte[] key = "0".getBytes(StandardCharsets.UTF_8);
    byte[] bid = "{\"auction\":0,\"ts\":1751328000000}".getBytes(StandardCharsets.UTF_8); // 2025-07-01
    try (var producer =
        new KafkaProducer<>(Map.of("bootstrap.servers", servers), new ByteArraySerializer(), new ByteArraySerializer())) {
      ends.keySet().forEach(one -> producer.send(new ProducerRecord<>(one.topic(), one.partition(), key, bid)));
    }
  }
}
