-- Four rules over the payments of cards. An alert names the first and the last payment that made it.

INSERT INTO alerts

-- A small amount, to see whether the card works, and then a large one.
SELECT 'small then large' AS rule, card, at_time, first_tx, last_tx, amount
FROM transactions MATCH_RECOGNIZE (
  PARTITION BY card
  ORDER BY ts
  MEASURES MATCH_ROWTIME() AS at_time, A.tx AS first_tx, B.tx AS last_tx, B.amount AS amount
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B) WITHIN INTERVAL '1' MINUTE
  DEFINE A AS A.amount < 1, B AS B.amount > 500
)

UNION ALL

-- In another country, sooner than anyone can travel. The second payment may be the first of the next alert: there, and back again.
SELECT 'other country', card, at_time, first_tx, last_tx, amount
FROM transactions MATCH_RECOGNIZE (
  PARTITION BY card
  ORDER BY ts
  MEASURES MATCH_ROWTIME() AS at_time, A.tx AS first_tx, B.tx AS last_tx, B.amount AS amount
  ONE ROW PER MATCH
  AFTER MATCH SKIP TO LAST B
  PATTERN (A B) WITHIN INTERVAL '30' MINUTE
  DEFINE B AS B.country <> A.country
)

UNION ALL

-- More than five payments in ten minutes.
SELECT 'too many', card, ts, first_tx, tx, amount
FROM (
  SELECT tx, card, amount, ts, COUNT(*) OVER recent AS payments, FIRST_VALUE(tx) OVER recent AS first_tx
  FROM transactions
  WINDOW recent AS (PARTITION BY card ORDER BY ts RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW)
)
WHERE payments > 5

UNION ALL

-- More than the card's limit at the time of the payment.
SELECT 'over limit', t.card, t.ts, t.tx, t.tx, t.amount
FROM transactions AS t
JOIN card_profiles FOR SYSTEM_TIME AS OF t.ts AS p ON t.card = p.card
WHERE t.amount > p.credit_limit;
