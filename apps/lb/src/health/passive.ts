import { existsSync, readFileSync, rmSync } from 'node:fs'
import { backendKey, hostClock, type ServiceHealth } from '@skep/lb-health'
import type { Logger } from '@skep/daemon'
import type { Config } from '../config/config.ts'
import { writeFileAtomically } from '@skep/lb-engine'
import { explainJudged, type Judged, judgeAgain, judgedBy, notable, withEjections } from './ejections.ts'
import type { Watch } from './watch.ts'

/** Backends that are judged by what becomes of their connections. What is known outlives the process. */
export class Passive {
  readonly #file: string
  readonly #log: Logger
  #judged: readonly Judged[]
  #written = ''

  constructor(file: string, log: Logger) {
    this.#file = file
    this.#log = log
    this.#judged = readJudged(file)
  }

  get isWanted(): boolean {
    return this.#judged.length > 0
  }

  want(config: Config): void {
    this.#judged = judgedBy(config, this.#judged, hostClock.now())
  }

  /** Looks at the connections. Whether any backend is out now that was not, or the other way round. */
  look(watch: Watch, decisions: readonly ServiceHealth[]): boolean {
    const now = hostClock.now()
    const limits = new Map(this.#judged.map(({ name, policy }) => [name, policy.answerSeconds * 1000]))
    const seen = watch.look(now, ({ service }) => limits.get(service))
    const observed = new Map([...seen].map(([{ service, backend }, counts]) => [`${service} ${backend}`, counts]))
    const down = new Set(decisions.flatMap(downIn))
    const before = this.#judged
    this.#judged = before.map((one) =>
      judgeAgain(
        one,
        (key) => observed.get(`${one.name} ${key}`),
        (key) => down.has(`${one.name} ${key}`),
        now,
      ),
    )
    const changes = before.map((one, i) => this.#tell(one, this.#judged[i]!))
    if (changes.includes(true)) this.record()
    return changes.includes(true)
  }

  /** What health decided, without those that are ejected. */
  apply(decisions: readonly ServiceHealth[]): ServiceHealth[] {
    return withEjections(decisions, this.#judged)
  }

  /** Notes for `status` and for the next process who is out. */
  record(): void {
    const text = this.#judged.length === 0 ? '' : JSON.stringify(this.#judged)
    if (text === this.#written) return
    this.#written = text
    if (text === '') rmSync(this.#file, { force: true })
    else writeFileAtomically(this.#file, text)
  }

  #tell(before: Judged, after: Judged): boolean {
    const out = (judged: Judged) => notable(judged).map((one) => `${one.backend} ${one.state.ejection === undefined}`)
    const [was, is] = [out(before), out(after)]
    if (was.join() === is.join()) return false
    const lines = explainJudged(after, hostClock)
    notable(after).forEach(({ backend, state }, i) => {
      if (!was.includes(`${backend} ${state.ejection === undefined}`))
        this.#log.warn({ service: after.name }, `ejection: ${lines[i]}`)
    })
    const still = new Set(notable(after).map(({ backend }) => backend))
    for (const { backend } of notable(before))
      if (!still.has(backend)) this.#log.info({ service: after.name }, `ejection: ${backend} is used again`)
    return true
  }
}

function downIn({ service, backends }: ServiceHealth): string[] {
  return backends.filter(({ usable }) => !usable).map((one) => `${service} ${backendKey(one)}`)
}

/** Who was judged, and how, as it was noted last. */
export function readJudged(file: string): Judged[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Judged[]) : []
}
