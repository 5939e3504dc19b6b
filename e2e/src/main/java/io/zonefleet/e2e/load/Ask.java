package io.zonefleet.e2e.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** POSTs one JSON body and prints the zone that answered, then the answer's body. */
public final class Ask {

  private Ask() {}

  /**
   * Ends with status 1 if the answer's status is not 200.
   *
   * @param args URL, JSON body
   */
  public static void main(String[] args) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(args[0]))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(args[1]))
            .build();
    try (var client = HttpClient.newHttpClient()) {
      var response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      System.out.println(response.headers().firstValue("x-zonefleet-zone").orElse(""));
      // as it came: the terminal's own encoding must not garble Chinese
      System.out.writeBytes(response.body());
      System.out.flush();
      if (response.statusCode() != 200) {
        System.err.println(
            "HTTP "
                + response.statusCode()
                + " "
                + new String(response.body(), StandardCharsets.UTF_8));
        System.exit(1);
      }
    }
  }
}
