/** One entry of a selection, read. `entry` is its place in the list, `text` is it as it was written. */
export type Entry = { readonly entry: number; readonly text: string } & (
  | /** `auto`: what the routes tell. */ { readonly is: 'auto' }
  /** `eth0`: this device, which must be there. */
  | { readonly is: 'name'; readonly name: string }
  /** `+wg0`: this device, whenever it is there. */
  | { readonly is: 'addition'; readonly name: string }
  /** `eth+`, `eth*`: every device of such a name, now and later; never the loopback device. */
  | { readonly is: 'pattern'; readonly glob: string }
  /** `-docker*`: none of these, whatever else chooses them. */
  | { readonly is: 'exclusion'; readonly glob: string }
)

/** Which devices are wanted: the entries of a list like `["auto", "-docker*", "+wg0", "eth+"]`. */
export type Selection = readonly Entry[]

/** What is to be said about an entry of a selection. */
export interface EntryNote {
  /** Its place in the list. Absent: about the list as a whole. */
  readonly entry?: number
  readonly message: string
}

/** A selection, or what is wrong with it; never both. */
export type ParsedSelection =
  | { readonly selection: Selection; readonly problems: readonly [] }
  | { readonly selection?: undefined; readonly problems: readonly EntryNote[] }
