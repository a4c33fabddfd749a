// flink/OptionFreeFactory.java - what the connectors here have in common: a name, and options that Flink neither asks for nor checks.
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.factories.DynamicTableFactory;

abstract class OptionFreeFactory implements DynamicTableFactory {
  private final String connector;

  OptionFreeFactory(String connector) {
    this.connector = connector;
  }

  @Override
  public String factoryIdentifier() {
    return connector;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }
}
