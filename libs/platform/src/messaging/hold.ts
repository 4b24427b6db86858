/** A job's hold of one delivery, for its listener: kept up while both are alive. */
export interface Hold {
  /**
   * For right before the outside world is told what it must not be told twice.
   * @throws HoldLost when the process was stopped for so long that another may be at it by now
   */
  require(): void;
  /** Keeps a write for the transaction in which the delivery is noted as made, soon after the listener has returned. */
  noteWith(write: () => void): void;
}

/** Thrown to stop a listener whose delivery may be another's by now. It is neither a failure nor to be caught. */
export class HoldLost extends Error {
  constructor() {
    super('The delivery may be another worker’s by now.');
  }
}

/** Of a listener that runs inside the transaction of its delivery: nobody else can have it. */
export const HELD_BY_TRANSACTION: Hold = {
  require: () => undefined,
  noteWith: (write) => write(),
};
