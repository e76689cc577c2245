/** What decides the order of the rows. */
export type Sort = 'packets' | 'bytes' | 'connections' | 'name'

/** What a user has chosen by keys. */
export interface TopState {
  readonly view: 'services' | 'backends'
  readonly sort: Sort
  readonly reverse: boolean
  /** Rows that are scrolled away. */
  readonly offset: number
  readonly done: boolean
}

export const startState: TopState = { view: 'services', sort: 'packets', reverse: false, offset: 0, done: false }

const PAGE = 10
const scroll =
  (by: number) =>
  (state: TopState): TopState => ({ ...state, offset: Math.max(0, state.offset + by) })
const sortBy =
  (sort: Sort) =>
  (state: TopState): TopState => ({ ...state, sort, offset: 0 })
const quit = (state: TopState): TopState => ({ ...state, done: true })

/** What each key does, as a terminal sends it. */
const keys: Readonly<Record<string, (state: TopState) => TopState>> = {
  q: quit,
  '\u0003': quit,
  '\u0004': quit,
  p: sortBy('packets'),
  b: sortBy('bytes'),
  c: sortBy('connections'),
  n: sortBy('name'),
  r: (state) => ({ ...state, reverse: !state.reverse }),
  '\t': (state) => ({ ...state, view: state.view === 'services' ? 'backends' : 'services', offset: 0 }),
  j: scroll(1),
  k: scroll(-1),
  '\u001b[B': scroll(1),
  '\u001b[A': scroll(-1),
  '\u001b[6~': scroll(PAGE),
  '\u001b[5~': scroll(-PAGE),
}

/** The keys in words. */
export const keyHelp = 'q quit  p packets  b bytes  c connections  n name  r reverse  Tab services/backends  ↑↓ scroll'

/** What becomes of the state when something is typed; several keys may come at once. Other keys do nothing. */
export function pressed(state: TopState, input: string): TopState {
  // Escape sequences whole, everything else letter by letter.
  // oxlint-disable-next-line no-control-regex
  return (input.match(/\u001b\[[\d;]*[A-Za-z~]|[^]/g) ?? []).reduce((now, key) => keys[key]?.(now) ?? now, state)
}
