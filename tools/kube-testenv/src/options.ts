import type { User } from './control-plane/credentials.ts'

export interface KubeTestEnvOptions {
  /** Default `RBAC`. */
  readonly authorization?: 'RBAC' | 'AlwaysAllow'
  /** Of all programs: `{ WatchList: false }`. */
  readonly featureGates?: Readonly<Record<string, boolean>>
  /** Who may ask, besides `admin`: the API server takes their tokens. What they may do RBAC says. */
  readonly users?: readonly User[]
  /** Flags of kube-apiserver, in its spelling: `{ 'min-request-timeout': '5' }`. */
  readonly apiServer?: Readonly<Record<string, string>>
  /** Flags of kube-controller-manager; `false` leaves it out. */
  readonly controllerManager?: Readonly<Record<string, string>> | false
}
