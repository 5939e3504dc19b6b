package io.zonefleet.e2e.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The matrix as it is kept over runs.
 *
 * @param machine what the last run ran on
 * @param commit what the last run measured
 */
record Results(String machine, String commit, List<Row> rows) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
          .build();

  private static final Comparator<Row> ORDER =
      Comparator.comparing((Row row) -> Fault.of(row.fault()))
          .thenComparing(Row::policy)
          .thenComparing(Row::zones, Comparator.reverseOrder())
          .thenComparing(Row::dataPlane);

  Results {
    rows = rows.stream().sorted(ORDER).toList();
  }

  /** The rows of the file, if there is one, for a run on this machine of this commit. */
  static Results read(Path file, String machine, String commit) {
    try {
      return new Results(
          machine,
          commit,
          Files.exists(file) ? JSON.readValue(file.toFile(), Results.class).rows() : List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(file + " is not what this bench writes", e);
    }
  }

  String json() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Trials that a run which resumes need not repeat: of this commit, under this load. */
  List<Row.Trial> done(Row.Key key, Row.Load load) {
    return row(key)
        .filter(row -> row.commit().equals(commit) && row.load().equals(load))
        .map(Row::samples)
        .orElse(List.of());
  }

  /** The same with this row's trials replaced. */
  Results with(Row.Key key, Row.Load load, List<Row.Trial> trials) {
    var others = new ArrayList<>(rows.stream().filter(row -> !row.key().equals(key)).toList());
    others.add(Row.of(key, load, commit, trials));
    return new Results(machine, commit, others);
  }

  Optional<Row> row(Row.Key key) {
    return rows.stream().filter(row -> row.key().equals(key)).findFirst();
  }
}
