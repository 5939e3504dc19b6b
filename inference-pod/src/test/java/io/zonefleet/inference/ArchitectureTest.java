package io.zonefleet.inference;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

/** Dependencies point one way: HTTP to engine to ONNX Runtime. */
@AnalyzeClasses(
    packages = "io.zonefleet.inference",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packages =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("api")
          .definedBy("..inference.api..")
          .layer("auth")
          .definedBy("..inference.auth..")
          .layer("constraint")
          .definedBy("..inference.constraint..")
          .layer("engine")
          .definedBy("..inference.engine..")
          .layer("model")
          .definedBy("..inference.model..")
          .layer("text")
          .definedBy("..inference.text..")
          .layer("ort")
          .definedBy("..inference.ort..")
          .whereLayer("api")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("auth")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("constraint")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("api", "constraint")
          .whereLayer("model")
          .mayOnlyBeAccessedByLayers("api", "engine")
          .whereLayer("text")
          .mayOnlyBeAccessedByLayers("api", "constraint")
          .whereLayer("ort")
          .mayOnlyBeAccessedByLayers("api", "engine", "model");

  @ArchTest
  static final ArchRule onlyTheApiKnowsQuarkus =
      ArchRuleDefinition.noClasses()
          .that()
          .resideOutsideOfPackage("..inference.api..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quarkus..", "io.vertx..", "jakarta..");

  @ArchTest
  static final ArchRule onlyOrtTouchesNativeCalls =
      ArchRuleDefinition.noClasses()
          .that()
          .resideOutsideOfPackage("..inference.ort..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.Linker");
}
