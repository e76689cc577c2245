import { backendKey, type HealthEvent, type ServiceHealth } from '@skep/lb-health'
import type { Logger } from '@skep/daemon'

/** Logs what changes about backends, each change once. */
export class Journal {
  readonly #log: Logger
  readonly #told = new Map<string, ReadonlyMap<string, string>>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** `explain` gives the service in a line, then each backend in its order. */
  tell(health: ServiceHealth, explain: () => string[]): void {
    const { service, panic, backends } = health
    const before = this.#told.get(service) ?? new Map<string, string>()
    const standings = standingsOf(health)
    this.#told.set(service, new Map(standings))
    const news = standings.map(([key, standing]) => isNews(before.get(key), standing))
    if (!news.includes(true)) return
    explain().forEach((line, i) => {
      const good = i === 0 ? !panic : backends[i - 1]?.status === 'up'
      if (news[i] === true) this.#log[good ? 'info' : 'warn']({ service }, `health: ${line}`)
    })
  }
}

function standingsOf({ panic, backends }: ServiceHealth): [string, string][] {
  return [['', panic ? 'panic' : 'believed'], ...backends.map((one): [string, string] => [backendKey(one), one.status])]
}

/** At first only what is bad is worth a line. */
function isNews(before: string | undefined, standing: string): boolean {
  return before === undefined ? ['down', 'panic'].includes(standing) : before !== standing
}

/** Logs what became of the health process. */
export function logEvent(log: Logger, event: HealthEvent): void {
  const level = { connected: 'info', replaced: 'info', lost: 'warn', failed: 'error', refused: 'error' } as const
  log[level[event.event]](event, `health process ${event.event}`)
}
