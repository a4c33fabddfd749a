// flink/Clock.java - the time and the CPU of one run. Rule: from the first event that a source is asked for; deploying the job is before it.
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

final class Clock {
  private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static boolean running = false;
  private static long beginNanos;
  private static long beginCpuNanos;

  private Clock() {}

  /** Starts the clock, where no source has done so in this run. */
  static synchronized void start() {
    if (running) return;
    running = true;
    beginNanos = System.nanoTime();
    beginCpuNanos = SYSTEM.getProcessCpuTime();
  }

  /** Stops the clock; returns seconds, and CPU seconds of the whole process: with compiling and collecting garbage. */
  static synchronized double[] stop() {
    if (!running) throw new IllegalStateException("no source has read an event");
    running = false;
    return new double[] {(System.nanoTime() - beginNanos) / 1e9, (SYSTEM.getProcessCpuTime() - beginCpuNanos) / 1e9};
  }
}
