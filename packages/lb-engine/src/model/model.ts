import type { Service } from '@skep/lb-maps'
import type { EngineSettings } from './settings.ts'

/** What an instance is to be: its settings, and what it serves. */
export interface EngineModel extends EngineSettings {
  /**
   * Names of devices that backends of this host are behind, like the veths of its pods: always by tc, and what is sent there
   * is the kernel's to send, so that other programs there meet it.
   */
  readonly inner?: readonly string[] | undefined
  /** Each with frontends of one family. */
  readonly services: readonly Service[]
  /**
   * Addresses of the host that services may have, too, at ports that translated packets do not carry: what comes to them and
   * is for no service is left to the host. Left out, they are the load balancer's alone.
   */
  readonly hostAddresses?: readonly string[] | undefined
}
