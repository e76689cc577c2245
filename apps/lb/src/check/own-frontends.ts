import { formatFrontend } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'

/** An address of this host, with the device that has it. */
export interface OwnAddress {
  readonly address: string
  readonly device: string
}

/** Warnings about frontends on addresses that this host has itself. */
export function ownFrontendWarnings({ services }: Pick<Config, 'services'>, own: readonly OwnAddress[]): string[] {
  const devices = new Map(own.map(({ address, device }) => [address, device]))
  return services.flatMap(({ name, frontends }) =>
    frontends.flatMap((frontend) => {
      const device = devices.get(frontend.address)
      if (device === undefined) return []
      return [
        `${formatFrontend(frontend)} of service ${name} is on an address of this host (${device}): what comes in there goes to the backends, and no program of this host hears it; connections from this host itself are not balanced`,
      ]
    }),
  )
}
