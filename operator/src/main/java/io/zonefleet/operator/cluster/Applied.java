package io.zonefleet.operator.cluster;

import io.zonefleet.operator.rollout.ZoneTurns;
import java.util.List;

/**
 * What one pass of the {@link Applier} did.
 *
 * @param written objects that were created or changed
 * @param pruned objects that were deleted
 * @param refused a sentence for each object that could not be applied, for the user to act on
 * @param waits zones that keep their pods until it is their turn; another pass is needed then
 */
public record Applied(int written, int pruned, List<String> refused, List<ZoneTurns.Wait> waits) {
  /** Nothing was to be done. */
  public static final Applied NOTHING = new Applied(0, 0, List.of(), List.of());

  /** Objects that were created, changed or deleted. */
  public int changed() {
    return written + pruned;
  }
}
