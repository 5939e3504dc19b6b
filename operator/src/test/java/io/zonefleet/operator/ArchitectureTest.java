package io.zonefleet.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;

/** The table of docs/architecture.md: functional core, imperative shell. */
@AnalyzeClasses(
    packages = "io.zonefleet.operator",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] CORE = {
    "..operator.zones..",
    "..operator.fleet..",
    "..operator.rollout..",
    "..operator.status..",
    "..operator.traffic..",
    "..operator.trust.."
  };

  @ArchTest
  static final ArchRule dependenciesPointInwards =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("zones")
          .definedBy("..operator.zones..")
          .layer("trust")
          .definedBy("..operator.trust..")
          .layer("fleet")
          .definedBy("..operator.fleet..")
          .layer("traffic")
          .definedBy("..operator.traffic..")
          .layer("rollout")
          .definedBy("..operator.rollout..")
          .layer("status")
          .definedBy("..operator.status..")
          .layer("cluster")
          .definedBy("..operator.cluster..")
          .layer("reconcile")
          .definedBy("..operator.reconcile..")
          .whereLayer("zones")
          .mayNotAccessAnyLayer()
          .whereLayer("fleet")
          .mayNotAccessAnyLayer()
          .whereLayer("trust")
          .mayNotAccessAnyLayer()
          .whereLayer("traffic")
          .mayOnlyAccessLayers("zones", "trust")
          .whereLayer("rollout")
          .mayOnlyAccessLayers("zones", "fleet")
          .whereLayer("status")
          .mayOnlyAccessLayers("zones", "fleet", "traffic", "rollout")
          .whereLayer("cluster")
          .mayOnlyAccessLayers("zones", "fleet", "traffic", "rollout", "trust")
          .whereLayer("reconcile")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule zonesAreJavaOnly =
      classes()
          .that()
          .resideInAPackage("..operator.zones..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("..operator.zones..", "java..");

  @ArchTest
  static final ArchRule theCoreSeesNoClientAndNoFramework =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8.kubernetes.client.dsl..",
              "io.fabric8.kubernetes.client.informers..",
              "io.fabric8.kubernetes.client.extended..",
              "io.javaoperatorsdk..",
              "io.quarkus..",
              "jakarta..",
              "io.micrometer..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("io.fabric8.kubernetes.client.KubernetesClient");

  @ArchTest
  static final ArchRule timeIsAnArgument =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(InstantSource.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class);

  @ArchTest
  static final ArchRule onlyTheDiscoveryServerOpensASocket =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .and()
          .doNotHaveSimpleName("XdsServer")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "java.nio.channels..", "io.grpc.netty..");
}
