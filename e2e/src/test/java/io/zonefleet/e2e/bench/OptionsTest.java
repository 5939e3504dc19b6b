package io.zonefleet.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonefleet.api.v1alpha1.TrafficPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Given a command line, then the bench does that, or says what is allowed. */
class OptionsTest {

  @Test
  void withoutOptionsEachFaultRunsOnce() {
    var options = Options.parse();

    assertThat(options.trials()).isEqualTo(1);
    assertThat(options.only()).containsExactly(Fault.values());
    assertThat(options.policies()).containsExactly(TrafficPolicy.ActiveStandby);
    assertThat(options.zones()).containsExactly(3);
    assertThat(options.resume()).isFalse();
  }

  @Test
  void faultsPoliciesAndZonesCanBeChosen() {
    var options =
        Options.parse(
            "--only", "black-hole,api-server", "--policy", "both", "--zones", "2,3", "--resume");

    assertThat(options.only()).isEqualTo(List.of(Fault.BLACK_HOLE, Fault.API_SERVER));
    assertThat(options.policies()).containsExactly(TrafficPolicy.values());
    assertThat(options.zones()).containsExactly(2, 3);
    assertThat(options.resume()).isTrue();
  }

  @Test
  void whatHasNoMomentLastsForMinutesAndOtherFaultsForTheWindow() {
    var options = Options.parse("--minutes", "30", "--window", "20");

    assertThat(options.load(Fault.FLAP).windowSeconds()).isEqualTo(1800);
    assertThat(options.load(Fault.KILLED).windowSeconds()).isEqualTo(20);
  }

  @Test
  void wrongOptionsNameTheValueAndWhatIsAllowed() {
    assertThatThrownBy(() -> Options.parse("--trials", "0"))
        .hasMessage("--trials is '0', allowed are 1 to 1000");
    assertThatThrownBy(() -> Options.parse("--streams", "0"))
        .hasMessage("--streams is '0', allowed are 1 to 100");
    assertThatThrownBy(() -> Options.parse("--rate", "fast")).hasMessageContaining("1 to 1000");
    assertThatThrownBy(() -> Options.parse("--zones", "4"))
        .hasMessage("--zones is '4', allowed are 2 and 3");
    assertThatThrownBy(() -> Options.parse("--only", "meteor"))
        .hasMessageContaining("'meteor' is no fault; there are: black-hole, killed");
    assertThatThrownBy(() -> Options.parse("--policy", "Active"))
        .hasMessageContaining("ActiveStandby, ActiveActive and both");
    assertThatThrownBy(() -> Options.parse("--name")).hasMessage("--name needs a value");
    assertThatThrownBy(() -> Options.parse("--fast")).hasMessageContaining("no option '--fast'");
  }
}
