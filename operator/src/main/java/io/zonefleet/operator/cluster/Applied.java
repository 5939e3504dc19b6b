package io.zonefleet.operator.cluster;

import java.util.List;

/**
 * What one pass of the {@link Applier} did.
 *
 * @param written objects that were created or changed
 * @param pruned objects that were deleted
 * @param refused a sentence for each object that could not be applied, for the user to act on
 */
public record Applied(int written, int pruned, List<String> refused) {

  /** Objects that were created, changed or deleted. */
  public int changed() {
    return written + pruned;
  }
}
