declare const brand: unique symbol

/** What the addon hands out for a watched descriptor. */
export interface Handle {
  readonly [brand]: true
}
