// flink/CountChar.java - count_char of q14, as Nexmark has it in Java: Flink has no functions in SQL.
import org.apache.flink.table.functions.ScalarFunction;

public class CountChar extends ScalarFunction {
  public long eval(String text, String letter) {
    long count = 0;
    if (text != null) {
      char wanted = letter.charAt(0);
      for (int i = 0; i < text.length(); i++) {
        if (text.charAt(i) == wanted) count++;
      }
    }
    return count;
  }
}
