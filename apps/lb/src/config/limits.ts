/** A week. */
export const MOST_DRAIN_SECONDS = 604_800
