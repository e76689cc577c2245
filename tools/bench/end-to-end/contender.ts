/** What stands between clients and backends. */
export interface Contender extends AsyncDisposable {
  readonly name: string
  /** What clients open. */
  readonly address: string
  /** Absent: it does not choose among backends, and so nothing can happen to it. */
  readonly control?: Control
}

export interface Control {
  /** From now on new connections go to the active backends only; those to drained ones live on. Numbers from 1. */
  use(active: readonly number[], drained: readonly number[]): Promise<void>
  /** `kill -9` and a new start; where there is no process, loading all rules anew. */
  restart(): Promise<void>
}

/** Why a contender cannot take part. */
export interface Absent {
  readonly name: string
  readonly reason: string
}
