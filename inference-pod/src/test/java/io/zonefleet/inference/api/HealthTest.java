package io.zonefleet.inference.api;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class HealthTest {
  @BeforeEach
  void ready() {
    Ready.await();
  }

  @Test
  void livesAndIsReady() {
    get("/healthz").then().statusCode(200).header("x-zonefleet-zone", "zone-a");
    get("/readyz")
        .then()
        .statusCode(200)
        .body("status", equalTo("ready"))
        .body("model", equalTo("tiny-r1"))
        .body("revision", equalTo("r1"))
        .body("digest", startsWith("sha256:"))
        .body("zone", equalTo("zone-a"))
        .body("pod", equalTo("chat-zone-a-0"))
        .body("provider", equalTo("CPU"));
  }

  @Test
  void namesItselfOnUnknownPathsToo() {
    get("/nowhere").then().statusCode(404).header("x-zonefleet-pod", "chat-zone-a-0");
  }
}
