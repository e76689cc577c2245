import { formatFrontend } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'
import { family } from '../config/family.ts'

/** Frontends that nobody can reach, as the service admits prefixes of the other family alone. */
export function sourceRangeWarnings({ services }: Pick<Config, 'services'>): string[] {
  return services.flatMap(({ name, frontends, sourceRanges }) => {
    const { allow } = sourceRanges ?? {}
    if (allow === undefined) return []
    const admitted = new Set(allow.map(family))
    return frontends
      .filter(({ address }) => !admitted.has(family(address)))
      .map(
        (frontend) =>
          `service ${name}: nobody is admitted at ${formatFrontend(frontend)}, for sourceRanges.allow has no IPv${family(frontend.address)} prefix`,
      )
  })
}
