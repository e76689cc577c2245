import type { Status } from '../status/status.ts'
import { shareOut } from './budget.ts'
import type { Family, Sample } from '@skep/daemon'
import { Keeper } from './keeper.ts'
import { serviceRows, type BackendRow, type ServiceRow, type Traffic } from './rows.ts'
import { Totals } from './totals.ts'

/** The value of `service`, `frontend` or `backend` in the series of those that have none of their own. */
export const OTHER = 'other'

/** The families of services and backends, and how many of both were folded. */
export interface ServiceFamilies {
  readonly families: readonly Family[]
  readonly folded: { readonly services: number; readonly backends: number }
}

type Labels = Readonly<Record<'service' | 'frontend', string>>

const SERIES_PER_SERVICE = 4
const SERIES_PER_CHECKED_BACKEND = 5
const SERIES_PER_BACKEND = 3

/** Series of services and backends, from scrape to scrape. */
export class ServiceSeries {
  readonly #services = new Keeper()
  readonly #backends = new Keeper()
  readonly #totals = new Totals()

  /** As many series as fit into `room`. */
  families(status: Pick<Status, 'services' | 'health'>, room: number): ServiceFamilies {
    const all = serviceRows(status)
    const rows = all.flatMap(({ backends }) => backends)
    const rooms = shareOut({
      room,
      services: all.length,
      backends: rows.length,
      perService: SERIES_PER_SERVICE,
      perBackend: rows.some(({ health }) => health) ? SERIES_PER_CHECKED_BACKEND : SERIES_PER_BACKEND,
      perOther: SERIES_PER_BACKEND,
    })
    const services = this.#services.part(all, rooms.services)
    const backends = this.#backends.part(rows, rooms.backends)
    const shown = new Set(services.kept.map(({ key }) => key))
    const others = this.#others(shown, backends.folded, services.folded.length > 0)
    this.#count(all, shown, new Set(backends.folded))
    return {
      families: [
        ...this.#serviceFamilies(services.kept, services.folded),
        ...this.#backendFamilies(backends.kept, others),
      ],
      folded: { services: services.folded.length, backends: backends.folded.length },
    }
  }

  /** The `other` of each frontend that has folded backends, with their share of its ring. */
  #others(
    shown: ReadonlySet<string>,
    folded: readonly BackendRow[],
    andServices: boolean,
  ): Map<string, [Labels, number]> {
    const others = new Map<string, [Labels, number]>()
    if (andServices) others.set(OTHER, [{ service: OTHER, frontend: OTHER }, 0])
    for (const { service, frontend, share } of folded) {
      if (!shown.has(frontend)) continue
      others.set(frontend, [{ service, frontend }, (others.get(frontend)?.[1] ?? 0) + share])
    }
    return others
  }

  #count(all: readonly ServiceRow[], shown: ReadonlySet<string>, folded: ReadonlySet<BackendRow>): void {
    const sums = new Set<string>()
    const add = (name: string, growth: readonly Traffic[]) => {
      this.#totals.add(name, sumOf(growth))
      sums.add(name)
    }
    for (const { key, backends } of all) {
      const name = shown.has(key) ? key : OTHER
      const growth = backends.map((row) => this.#totals.grown(row.key, row))
      const rest = growth.filter((_, i) => folded.has(backends[i]!))
      add(name, growth)
      if (rest.length > 0) add(`${name} ${OTHER}`, rest)
    }
    this.#totals.settle((sum) => sums.has(sum))
  }

  #serviceFamilies(kept: readonly ServiceRow[], folded: readonly ServiceRow[]): Family[] {
    const shown = kept.map((row) => ({ labels: labelsOf(row), key: row.key, backends: row.backends.length }))
    if (folded.length > 0) {
      const backends = folded.reduce((sum, row) => sum + row.backends.length, 0)
      shown.push({ labels: { service: OTHER, frontend: OTHER }, key: OTHER, backends })
    }
    const counter = (value: keyof Traffic) =>
      shown.map(({ labels, key }) => ({ labels, value: this.#totals.get(key)[value] }))
    const since = 'since this process was first asked'
    return [
      family(
        'service_packets_total',
        'counter',
        `Packets sent to the backends of a frontend, ${since}.`,
        counter('packets'),
      ),
      family(
        'service_bytes_total',
        'counter',
        `Bytes of frames sent to the backends of a frontend, ${since}.`,
        counter('bytes'),
      ),
      family(
        'service_backends',
        'gauge',
        'Backends that a frontend has, whether or not they may get connections.',
        shown.map((one) => ({ labels: one.labels, value: one.backends })),
      ),
      family(
        'service_info',
        'gauge',
        'How the packets of a frontend are forwarded, and how a backend is chosen: always 1, to join by service and frontend.',
        kept.map((row) => ({ labels: { ...labelsOf(row), mode: row.mode, algorithm: row.algorithm }, value: 1 })),
      ),
    ]
  }

  #backendFamilies(kept: readonly BackendRow[], others: ReadonlyMap<string, [Labels, number]>): Family[] {
    const folded = [...others].map(([name, [labels, share]]) => ({
      labels: { ...labels, backend: OTHER },
      share,
      ...this.#totals.get(`${name} ${OTHER}`),
    }))
    const rows = [...kept.map((row) => ({ ...row, labels: { ...labelsOf(row), backend: row.backend } })), ...folded]
    const of = (value: keyof Traffic | 'share'): Sample[] =>
      rows.map((row) => ({ labels: row.labels, value: row[value] }))
    return [
      family('backend_packets_total', 'counter', 'Packets sent to a backend.', of('packets')),
      family(
        'backend_bytes_total',
        'counter',
        'Bytes of frames, as received, of packets sent to a backend.',
        of('bytes'),
      ),
      family('backend_ring_share', 'gauge', 'The share of new connections that a backend gets, 0 to 1.', of('share')),
      family(
        'backend_up',
        'gauge',
        '1: its health check says so. Absent: not known yet, or not checked.',
        healthSamples(kept, upOf),
      ),
      family(
        'backend_usable',
        'gauge',
        '1: new connections may go to it, by its health check.',
        healthSamples(kept, ({ usable }) => Number(usable)),
      ),
    ]
  }
}

type Health = NonNullable<BackendRow['health']>

function healthSamples(rows: readonly BackendRow[], value: (health: Health) => number | undefined): Sample[] {
  return rows.flatMap((row) => {
    const found = row.health && value(row.health)
    return found === undefined ? [] : [{ labels: { ...labelsOf(row), backend: row.backend }, value: found }]
  })
}

function upOf({ status }: Health): number | undefined {
  return status === 'unknown' ? undefined : Number(status === 'up')
}

function labelsOf({ service, frontend }: Labels): Labels {
  return { service, frontend }
}

function family(name: string, type: Family['type'], help: string, samples: readonly Sample[]): Family {
  return { name, type, help, samples }
}

function sumOf(all: readonly Traffic[]): Traffic {
  const of = (key: keyof Traffic) => all.reduce((sum, one) => sum + one[key], 0)
  return { packets: of('packets'), bytes: of('bytes') }
}
