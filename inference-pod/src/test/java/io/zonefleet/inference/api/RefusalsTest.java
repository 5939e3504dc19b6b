package io.zonefleet.inference.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What this server does not do, or cannot read, is refused in OpenAI's form. */
@QuarkusTest
class RefusalsTest {
  private static final EncoderConfig BYTES_AS_THEY_ARE =
      EncoderConfig.encoderConfig()
          .appendDefaultContentCharsetToContentTypeIfUndefined(false)
          .encodeContentTypeAs("application/x-www-form-urlencoded", ContentType.TEXT)
          .encodeContentTypeAs("multipart/form-data", ContentType.TEXT);

  @BeforeEach
  void ready() {
    Ready.await();
  }

  /** Without the log for tests that fail, which costs a minute of formatting where none does. */
  private static RequestSpecification givenTooMuchToPrint() {
    return given().config(RestAssuredConfig.newConfig());
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/embeddings",
    "POST, /v1/responses",
    "GET, /v1/files",
    "DELETE, /v1/models",
    "GET, /",
    "POST, /v1/chat/completions/x",
  })
  void whatIsNotOfferedIsNamed(String method, String path) {
    given()
        .contentType("application/json")
        .body("{\"model\": \"tiny-r1\", \"input\": \"x\"}")
        .request(method, path)
        .then()
        .statusCode(404)
        .contentType("application/json")
        .body("error.type", equalTo("invalid_request_error"))
        .body("error.code", equalTo("not_found"))
        .body("error.message", startsWith("There is no " + method + " " + path + " on this server"))
        .body("error.message", containsString("/v1/chat/completions"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"tools\": []",
        "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\"}}]",
        "\"tool_choice\": \"none\"",
        "\"functions\": []",
        "\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]"
      })
  void aFieldOfTheChatEndpointIsRefusedByNameInPlainText(String field) {
    String name = field.substring(1, field.indexOf('"', 1));
    given()
        .contentType("application/json")
        .body("{\"model\": \"tiny-r1\", \"prompt\": \"x\", " + field + "}")
        .post("/v1/completions")
        .then()
        .statusCode(400)
        .body("error.param", equalTo(name))
        .body("error.code", equalTo("unsupported_parameter"))
        .body("error.message", startsWith(name + " is a field of /v1/chat/completions"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | no body",
        "{ | is not JSON, from line 1",
        "`{\"model\": \"tiny-r1\",\n\"x\" 5}` | is not JSON, from line 2",
        "[] | must be a JSON object",
        "5 | must be a JSON object",
        "null | must be a JSON object",
        "{\"model\": \"tiny-r1\"} {} | is not JSON",
        "{\"model\": NaN} | is not JSON",
        "{'model': 'tiny-r1'} | is not JSON",
      })
  void aBodyThatIsNoJsonObjectIsRefused(String body, String words) {
    given()
        .contentType("application/json")
        .body(body)
        .post("/v1/chat/completions")
        .then()
        .statusCode(400)
        .body("error.type", equalTo("invalid_request_error"))
        .body("error.message", containsString(words));
  }

  @Test
  void aBodyIsNotRepeatedInItsRefusal() {
    given()
        .contentType("application/json")
        .body("{\"model\": \"tiny-r1\", \"messages\": my secret}")
        .post("/v1/chat/completions")
        .then()
        .statusCode(400)
        .body("error.message", not(containsString("secret")));
  }

  @Test
  void nestingWithoutEndIsRefused() {
    givenTooMuchToPrint()
        .contentType("application/json")
        .body("{\"messages\": " + "[".repeat(100_000) + "}")
        .post("/v1/chat/completions")
        .then()
        .statusCode(400)
        .body("error.message", containsString("is not JSON"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/v1/completions", "/tokenize", "/detokenize"})
  void aBodyThatIsTooLargeIsRefusedWithTheLimit(String path) {
    givenTooMuchToPrint()
        .contentType("application/json")
        .body("{\"model\": \"" + "x".repeat(5 << 20) + "\"}")
        .post(path)
        .then()
        .statusCode(413)
        .body("error.code", equalTo("request_too_large"))
        .body("error.message", containsString("4194304 bytes"));
  }

  @Test
  void aBodyOfAnySizeIsRefusedInTheSameWay() {
    givenTooMuchToPrint()
        .contentType("application/json")
        .body(new byte[70 << 20])
        .post("/v1/chat/completions")
        .then()
        .statusCode(413)
        .body("error.code", equalTo("request_too_large"));
  }

  /** As curl sends it that nobody has told of JSON. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/json; charset=utf-8"
      })
  void aBodyIsJsonWhateverItIsCalled(String type) {
    String prompt =
        "{\"model\": \"tiny-r1\", \"max_tokens\": 1, \"user\": \"%s\", \"prompt\": \"x=1&y\"}";
    for (int length : new int[] {0, 100_000}) {
      given()
          .config(RestAssured.config().encoderConfig(BYTES_AS_THEY_ARE))
          .header("content-type", type)
          .body(prompt.formatted("u".repeat(length)).getBytes(StandardCharsets.UTF_8))
          .post("/v1/completions")
          .then()
          .statusCode(200);
    }
  }

  @Test
  void halfACharacterIsText() {
    given()
        .contentType("application/json")
        .body("{\"model\": \"tiny-r1\", \"prompt\": \"a\\ud83d b\", \"max_tokens\": 1}")
        .post("/v1/completions")
        .then()
        .statusCode(200);
  }
}
