-- Rows of a topic as they are into another one; latency.py and slow_sink.py fill in the words that begin with a dollar sign.

SET 'execution.checkpointing.interval' = '$interval';
SET 'state.memory.size' = '$memory';

CREATE TABLE arriving ($columns) WITH (
  'connector' = 'kafka',
  'topic' = '$input',
  'properties.bootstrap.servers' = '$servers',
  'properties.group.id' = '$output',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE leaving ($columns) WITH (
  'connector' = 'kafka',
  'topic' = '$output',
  'properties.bootstrap.servers' = '$sink_servers',
  'properties.linger.ms' = '$linger',
  'sink.delivery-guarantee' = '$guarantee',
  'sink.transactional-id-prefix' = '$output',
  'format' = 'json'
);

INSERT INTO leaving SELECT * FROM arriving;
