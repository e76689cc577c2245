import type { SessionReport } from '../src/speak/report.ts'
import type { StateName } from '../src/wire/control-packet.ts'

/** What a speaker or a process tells, and waiting for it. */
export class Watched {
  readonly seen: string[] = []
  #reports = new Map<string, SessionReport>()
  #wake = Promise.withResolvers<void>()

  /** To be called with every change of state; `from` is undefined for a session that is new. */
  readonly note = (report: SessionReport, from: StateName | undefined): void => {
    this.#reports.set(report.config.peer, report)
    if (from !== undefined) this.seen.push(`${report.config.peer} ${report.state.name}`)
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  /** The peer's session as soon as it is in this state. */
  async until(peer: string, state: StateName): Promise<SessionReport> {
    for (;;) {
      const report = this.#reports.get(peer)
      if (report?.state.name === state) return report
      await this.#wake.promise
    }
  }
}
