import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface User {
  readonly name: string
  readonly groups?: readonly string[]
}

/** Who may ask the API server, and the key that it signs service accounts' tokens with. */
export interface Credentials {
  readonly tokensFile: string
  readonly publicKeyFile: string
  readonly privateKeyFile: string
  /** By user name. */
  readonly tokens: ReadonlyMap<string, string>
}

/** Those that every cluster has: an administrator, and the programs of the control plane with the roles that RBAC gives them. */
const everywhere: readonly User[] = [
  { name: 'admin', groups: ['system:masters'] },
  { name: 'system:kube-controller-manager', groups: ['system:masters'] },
  { name: 'system:kube-proxy' },
]

/** Writes tokens and keys into a folder. */
export function makeCredentials(folder: string, users: readonly User[]): Credentials {
  const all = [...everywhere, ...users]
  const tokens = new Map(all.map(({ name }) => [name, randomUUID()]))
  const rows = all.map(({ name, groups = [] }) => `${tokens.get(name)},"${name}","${name}","${groups.join(',')}"\n`)
  const keys = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return {
    tokens,
    tokensFile: write(folder, 'tokens.csv', rows.join('')),
    publicKeyFile: write(folder, 'service-accounts.pub', keys.publicKey),
    privateKeyFile: write(folder, 'service-accounts.key', keys.privateKey),
  }
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}
