package io.zonefleet.inference.constraint;

/**
 * A schema, expression or choice that cannot be obeyed; says where, what is wrong, and what is
 * allowed.
 */
public final class ConstraintException extends RuntimeException {
  public ConstraintException(String message) {
    super(message, null, false, false);
  }
}
