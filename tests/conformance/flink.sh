#!/usr/bin/env bash
# Runs the cases on stdin through a real Apache Flink, which the first call fetches (about 140 MB): see FlinkRunner.java.
# --prepare only fetches it and compiles the program around it.
# Flink is kept in TIDEMILL_FLINK_DIR, or ~/.cache/tidemill/flink. Exits with 77 and the reason when it can't be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home="${TIDEMILL_FLINK_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tidemill/flink}"

cannot() { echo "$1" >&2; exit 77; }
command -v javac >/dev/null || cannot "no JDK: javac is not installed (tools/install_dependencies.sh conformance)"

version=$(sed -n 's/.*<flink>\(.*\)<\/flink>.*/\1/p' "$here/pom.xml")
libraries="$home/$version"
if [ ! -d "$libraries" ]; then
  command -v mvn >/dev/null || cannot "no Maven: mvn is not installed (tools/install_dependencies.sh conformance)"
  rm -rf "$libraries.part"
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$libraries.part" -DincludeScope=runtime >&2 ||
    cannot "Maven could not fetch Flink $version (its reason is above)"
  mv "$libraries.part" "$libraries"
fi

classes="$home/classes-$(cat "$here"/*.java | sha256sum | cut -c1-16)"
if [ ! -d "$classes" ]; then
  rm -rf "$classes.part"
  mkdir -p "$classes.part/META-INF/services"
  javac -nowarn -d "$classes.part" -cp "$libraries/*" "$here"/*.java >&2
  services="$classes.part/META-INF/services"
  echo LateRows >"$services/org.apache.flink.metrics.reporter.MetricReporterFactory"
  echo CapturedSink >"$services/org.apache.flink.table.factories.Factory"
  mv "$classes.part" "$classes"
fi

[ "${1:-}" != --prepare ] || exit 0

opens=()
for package in java.lang java.util java.time java.util.concurrent; do opens+=("--add-opens=java.base/$package=ALL-UNNAMED"); done
exec java -Xmx1500m -XX:+UseSerialGC "${opens[@]}" -Duser.timezone=UTC -cp "$classes:$libraries/*" FlinkRunner 2>"$home/stderr.log"
