import type { Config } from './config.ts'
import type { Finding } from './problem.ts'

/** What only a new installation can change, because the tables in the kernel are made with it. */
export function fixedFindings(running: Config, wanted: Config): Finding[] {
  const fixed = (path: string[], before: string | number, after: string | number): Finding[] =>
    before === after
      ? []
      : [
          {
            path: ['spec', ...path],
            message: `is ${before} in the tables that are loaded and cannot change to ${after} while they carry connections; take it off first: skep-lb uninstall`,
          },
        ]
  return [
    ...fixed(['snat', 'portRange'], range(running), range(wanted)),
    ...fixed(['hashKey'], running.hashKey, wanted.hashKey),
    ...(['services', 'backends', 'connections'] as const).flatMap((key) =>
      fixed(['capacity', key], running.capacity[key], wanted.capacity[key]),
    ),
  ]
}

function range({ snat: { portRange } }: Config): string {
  return `${portRange.from}-${portRange.to}`
}
