package io.zonefleet.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells a model of functions in words, for templates that do not do it themselves. DeepSeek's own
 * ones know how calls and results are written, but not how functions are described; others know of
 * neither, and get calls and results as text.
 */
final class ToolPrompt {
  private ToolPrompt() {}

  /** The same conversation, whose system message describes the functions. */
  static List<Message> described(List<Message> messages, List<JsonNode> tools, ToolFormat format) {
    StringBuilder text = new StringBuilder("## Tools\n\nYou may call these functions:\n");
    for (JsonNode tool : tools) {
      text.append('\n').append(tool.path("function")).append('\n');
    }
    text.append("\nTo call functions, write nothing but\n")
        .append(format.begin())
        .append(call(format, format.json() ? "\"NAME\"" : "NAME", "{\"PARAMETER\": VALUE}"))
        .append(format.end())
        .append("\nwith one such call for each function.");
    List<Message> all = new ArrayList<>(messages);
    int system = 0;
    while (system < all.size() && !all.get(system).role().equals("system")) {
      system++;
    }
    if (system == all.size()) {
      all.addFirst(new Message("system", text.toString()));
    } else {
      all.set(system, new Message("system", all.get(system).text() + "\n\n" + text));
    }
    return all;
  }

  private static String call(ToolFormat format, String name, String arguments) {
    return String.join("", format.beforeName())
        + name
        + String.join("", format.beforeArguments())
        + arguments
        + String.join("", format.afterArguments());
  }

  /** The same conversation, calls being text of the assistant and results text of the user. */
  static List<Message> spelledOut(List<Message> messages, ToolFormat format) {
    List<Message> all = new ArrayList<>();
    for (Message message : messages) {
      if (message.role().equals("tool")) {
        String result = "<tool_response>\n" + message.text() + "\n</tool_response>";
        Message last = all.isEmpty() ? null : all.getLast();
        if (last != null && last.role().equals("user") && last.callId().isPresent()) {
          result = last.text() + "\n" + result;
          all.removeLast();
        }
        all.add(new Message("user", Optional.of(result), List.of(), message.callId()));
      } else if (message.calls().isEmpty()) {
        all.add(message);
      } else {
        all.add(new Message(message.role(), spelledOut(message, format)));
      }
    }
    return all;
  }

  private static String spelledOut(Message message, ToolFormat format) {
    List<String> calls = new ArrayList<>();
    for (Message.Call each : message.calls()) {
      StringBuilder name = new StringBuilder();
      PythonJson.write(name, each.name());
      calls.add(call(format, name.toString(), each.arguments()));
    }
    String text = String.join(format.between(), calls);
    return message.text().isEmpty() ? text : message.text() + "\n" + text;
  }
}
