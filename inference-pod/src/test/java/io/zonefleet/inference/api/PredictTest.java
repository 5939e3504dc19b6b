package io.zonefleet.inference.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class PredictTest {
  @BeforeEach
  void ready() {
    Ready.await();
  }

  @Test
  void answersWithoutTheReasoning() {
    given()
        .contentType("application/json")
        .body("{\"text\": \"What is the capital of France?\"}")
        .post("/predict")
        .then()
        .statusCode(200)
        .header("x-zonefleet-zone", "zone-a")
        .header("x-zonefleet-pod", "chat-zone-a-0")
        .header("x-zonefleet-revision", "r1")
        .contentType("application/json")
        .body("result", allOf(containsString("Paris"), not(containsString("think>"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "{}", "{\"text\": \"\"}", "{\"text\": \"  \"}", "{\"text\": 7}"})
  void refusesARequestWithoutText(String body) {
    given()
        .contentType("application/json")
        .body(body)
        .post("/predict")
        .then()
        .statusCode(400)
        .header("x-zonefleet-zone", "zone-a")
        .body(equalTo("{\"error\":\"Missing text input\"}"));
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    given()
        .contentType("application/json")
        .body("{\"text\": \"" + "x".repeat(5 << 20) + "\"}")
        .post("/predict")
        .then()
        .statusCode(413)
        .header("x-zonefleet-pod", "chat-zone-a-0")
        .body("error", containsString("4194304"));
  }

  @Test
  void refusesATextLongerThanTheContext() {
    given()
        .contentType("application/json")
        .body("{\"text\": \"" + "Paris ".repeat(3000) + "\"}")
        .post("/predict")
        .then()
        .statusCode(400)
        .body("error", containsString("maximum context length is 1024"));
  }

  @Test
  void otherMethodsAreTold() {
    given().get("/predict").then().statusCode(405).header("allow", "POST");
  }
}
