#!/usr/bin/env python3
"""Checks what Tidemill gives for each query of Nexmark against an evaluator of its own: SQLite over the same events.

The events are those that Tidemill itself makes up, written as CSV and loaded into SQLite, where `REFERENCE` says each query in plain
SQL over whole tables. The final rows of both must be the same. Events come in the order of their times, so that none is late.
A query that cannot run yet stands in `NOT_YET` with what its refusal says; once it runs, the check fails until it is taken out.

Usage: check.py [--program FILE] [--events N] [QUERY …]
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import nexmark

RATE = 1000  # events a second: 100,000 are ten windows of 10 s
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NOT_YET: dict[str, str] = {}

WINNING = """SELECT a.id, a.category, a.seller, b.price, b.dateTime, b.n FROM auction a JOIN bid b ON a.id = b.auction
    WHERE b.dateTime BETWEEN a.dateTime AND a.expires"""
RANKS = (("", ""), ("price < 10000", "1"), ("price >= 10000 AND price < 1000000", "2"), ("price >= 1000000", "3"))


def statistics(call: str) -> str:
    return ", ".join(call + (f" FILTER (WHERE {condition})" if condition else "") for condition, _ in RANKS)


STATISTICS = ", ".join(map(statistics, ("COUNT(*)", "COUNT(DISTINCT bidder)", "COUNT(DISTINCT auction)")))
HOPS = """(SELECT auction, COUNT(*) AS num, start FROM (SELECT auction, ms / 2000 * 2000 - hop * 2000 AS start FROM bid,
    (SELECT 0 AS hop UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4)) GROUP BY auction, start)"""

REFERENCE = {
    "q0": "SELECT auction, bidder, price, dateTime, extra FROM bid",
    "q1": "SELECT auction, bidder, printf('%d.%03d', price * 908 / 1000, price * 908 % 1000), dateTime, extra FROM bid",
    "q2": "SELECT auction, price FROM bid WHERE auction % 123 = 0",
    "q3": """SELECT p.name, p.city, p.state, a.id FROM auction a JOIN person p ON a.seller = p.id
        WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')""",
    "q4": f"""SELECT category, SUM(final) / COUNT(*) FROM (SELECT category, MAX(price) AS final FROM ({WINNING}) GROUP BY id, category)
        GROUP BY category""",
    "q5": f"SELECT auction, num FROM (SELECT *, MAX(num) OVER (PARTITION BY start) AS most FROM {HOPS}) WHERE num = most",
    "q6": f"""SELECT seller, SUM(price) OVER w / COUNT(*) OVER w FROM
        (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY price DESC, n) AS place FROM ({WINNING})) WHERE place = 1
        WINDOW w AS (PARTITION BY seller ORDER BY dateTime ROWS 10 PRECEDING)""",
    "q7": """SELECT b.auction, b.bidder, b.price, b.dateTime, b.extra FROM bid b JOIN
        (SELECT MAX(price) AS highest, ms / 10000 * 10000 AS start FROM bid GROUP BY start) w
        ON b.price = w.highest AND b.ms BETWEEN w.start AND w.start + 10000""",
    "q8": """SELECT DISTINCT p.id, p.name, time_of(p.ms / 10000 * 10000) FROM person p JOIN auction a
        ON p.id = a.seller AND p.ms / 10000 = a.ms / 10000""",
    "q9": """SELECT id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra,
        auction, bidder, price, bid_dateTime, bid_extra FROM
        (SELECT a.*, b.auction, b.bidder, b.price, b.dateTime AS bid_dateTime, b.extra AS bid_extra,
        ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime, b.n) AS place
        FROM auction a JOIN bid b ON a.id = b.auction WHERE b.dateTime BETWEEN a.dateTime AND a.expires) WHERE place = 1""",
    "q10": "SELECT auction, bidder, price, dateTime, extra, substr(dateTime, 1, 10), substr(dateTime, 12, 5) FROM bid",
    "q11": """SELECT bidder, COUNT(*), time_of(MIN(ms)), time_of(MAX(ms) + 10000) FROM (SELECT bidder, ms,
        SUM(begins) OVER (PARTITION BY bidder ORDER BY ms, n) AS session FROM (SELECT bidder, ms, n,
        COALESCE(ms - LAG(ms) OVER (PARTITION BY bidder ORDER BY ms, n) > 10000, 1) AS begins FROM bid)) GROUP BY bidder, session""",
    "q13": "SELECT auction, bidder, price, dateTime, auction % 10000 FROM bid",
    "q14": """SELECT auction, bidder, printf('%d.%03d', price * 908 / 1000, price * 908 % 1000), CASE
        WHEN CAST(substr(dateTime, 12, 2) AS INT) BETWEEN 8 AND 18 THEN 'dayTime'
        WHEN CAST(substr(dateTime, 12, 2) AS INT) NOT BETWEEN 7 AND 19 THEN 'nightTime' ELSE 'otherTime' END,
        dateTime, extra, length(extra) - length(replace(extra, 'c', '')) FROM bid
        WHERE price * 908 > 1000000000 AND price * 908 < 50000000000""",
    "q15": f"SELECT substr(dateTime, 1, 10) AS day, {STATISTICS} FROM bid GROUP BY day",
    "q16": f"""SELECT channel, substr(dateTime, 1, 10) AS day, MAX(substr(dateTime, 12, 5)), {STATISTICS} FROM bid
        GROUP BY channel, day""",
    "q17": f"""SELECT auction, substr(dateTime, 1, 10) AS day, {statistics("COUNT(*)")}, MIN(price), MAX(price),
        SUM(price) / COUNT(*), SUM(price) FROM bid GROUP BY auction, day""",
    "q18": """SELECT auction, bidder, price, channel, url, dateTime, extra FROM
        (SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC, n DESC) AS place FROM bid) WHERE place = 1""",
    "q19": """SELECT auction, bidder, price, channel, url, dateTime, extra, place FROM
        (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC, n) AS place FROM bid) WHERE place <= 10""",
    "q20": """SELECT auction, bidder, price, channel, url, b.dateTime, b.extra, itemName, description, initialBid, reserve,
        a.dateTime, expires, seller, category, a.extra FROM bid b JOIN auction a ON b.auction = a.id WHERE category = 10""",
    "q21": """SELECT auction, bidder, price, channel, id FROM (SELECT *, CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1'
        WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3' ELSE channel_id(url) END AS id FROM bid) WHERE id IS NOT NULL""",
    "q22": "SELECT auction, bidder, price, channel, folder(url, 3), folder(url, 4), folder(url, 5) FROM bid",
}

Rows = Counter[tuple[str, ...]]


def time_text(ms: int) -> str:
    return (EPOCH + timedelta(milliseconds=ms)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def channel_id(url: str) -> str | None:
    found = re.search(r"(&|^)channel_id=([^&]*)", url)
    return found.group(2) if found else None


def result_of(program: Path, sql: str) -> tuple[str, str]:
    """Runs a script whose last statement is a query; returns its final rows as CSV with a header, or what is wrong."""
    command = [program, "run", "--format", "csv", "-"]
    run = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
    return (run.stdout, "") if run.returncode == 0 else ("", run.stderr)


def select_of(script: str, query: str) -> str:
    """Returns the script with its INSERT as a query."""
    return script.replace(f"INSERT INTO nexmark_{query}\n", "")


def load_events(program: Path, folder: Path, events: int) -> sqlite3.Connection:
    """Returns a database of tables person, auction and bid, with the place `n` of each row and its time in milliseconds, `ms`."""
    database = sqlite3.connect(":memory:")
    database.create_function("time_of", 1, time_text)
    database.create_function("channel_id", 1, channel_id)
    database.create_function("folder", 2, lambda url, index: url.split("/")[index])
    for table in ("person", "auction", "bid"):
        tables = nexmark.script("q0", folder, events, RATE).partition("CREATE TABLE nexmark_q0")[0]
        select = f"SELECT *, TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', `dateTime`) AS s FROM {table}"
        text, wrong = result_of(program, f"{tables}\n{select};")
        if wrong:
            sys.exit(f"The events cannot be read: {wrong}")
        rows = list(csv.reader(io.StringIO(text)))
        columns = [*rows[0][:-1], "ms INTEGER", "n INTEGER"]
        kinds = [f"{name} INTEGER" if all(row[i].isdecimal() for row in rows[1:]) else name for i, name in enumerate(columns[:-2])]
        database.execute(f"CREATE TABLE {table} ({', '.join(kinds + columns[-2:])})")
        at = rows[0].index("dateTime")
        filled = [[*row[:-1], int(row[-1]) * 1000 + int(row[at][-3:]), n] for n, row in enumerate(rows[1:])]
        database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", filled)
    database.execute("CREATE INDEX bids_of_auction ON bid (auction)")
    database.execute("CREATE INDEX bids_of_price ON bid (price)")
    database.execute("CREATE INDEX auctions_of_seller ON auction (seller)")
    return database


def expected(database: sqlite3.Connection, query: str) -> Rows:
    return Counter(tuple("" if cell is None else str(cell) for cell in row) for row in database.execute(REFERENCE[query]))


def parsed(text: str) -> Rows:
    return Counter(map(tuple, list(csv.reader(io.StringIO(text)))[1:]))


def check_clock_windows(database: sqlite3.Connection, rows: Rows) -> str:
    """q12 counts by the clock: of each bidder, no more bids than there are, in windows of ten seconds."""
    bids = dict(database.execute("SELECT bidder, COUNT(*) FROM bid GROUP BY bidder"))
    counted: Counter[int] = Counter()
    for bidder, count, start, end in rows.elements():
        counted[int(bidder)] += int(count)
        if datetime.fromisoformat(end) - datetime.fromisoformat(start) != timedelta(seconds=10):
            return f"a window from {start} to {end}"
    more = [bidder for bidder, count in counted.items() if count > bids.get(bidder, 0)]
    return f"bidder {more[0]} has {counted[more[0]]} bids of {bids.get(more[0], 0)}" if more else ""


def check(program: Path, database: sqlite3.Connection, query: str, folder: Path, events: int) -> str:
    """Returns what is wrong, or nothing."""
    script = nexmark.script(query, folder, events, RATE)
    if query in NOT_YET:
        refusal = nexmark.run(program, script, []).output
        return "" if NOT_YET[query] in refusal else f"is not refused as NOT_YET says, but gives: {refusal[:200]}"
    if query == "q10":  # what was written is read back
        written = nexmark.run(program, script, [])
        if written.exit_code != 0:
            return written.output
        script = script.partition("INSERT INTO")[0] + "SELECT * FROM nexmark_q10;"
    text, wrong = result_of(program, select_of(script, query))
    if wrong:
        return wrong
    rows = parsed(text)
    if query == "q12":
        return check_clock_windows(database, rows)
    wanted = expected(database, query)
    if not wanted:
        return "the reference has no rows: more events are needed"
    if rows == wanted:
        return ""
    missing, unexpected = (list((one - other).elements()) for one, other in ((wanted, rows), (rows, wanted)))
    lines = [f"- {row}" for row in missing[:3]] + [f"+ {row}" for row in unexpected[:3]]
    return f"{len(missing)} rows are missing, {len(unexpected)} are not expected:\n" + "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=nexmark.ROOT / "build/release/tidemill")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("queries", nargs="*", metavar="QUERY", help="q0 … q22; without it all")
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = load_events(arguments.program, folder, arguments.events)
        for query in arguments.queries or nexmark.QUERIES:
            wrong = check(arguments.program, database, query, folder, arguments.events)
            failed += bool(wrong)
            print(f"{query}: {wrong or (f'not yet: {NOT_YET[query]}' if query in NOT_YET else 'equal')}", flush=True)
    print(f"{len(arguments.queries or nexmark.QUERIES) - failed} as they must be, {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
