import { readFileSync } from 'node:fs'

/** Who a program is run as. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

/** Everybody's least user. */
const NOBODY = { name: 'nobody', uid: 65_534, gid: 65_534 } as const

/**
 * The user that a script is to run as, nobody by default, by the password file of this host. Throws with a reason in
 * words where there is no such user, or where that is root.
 */
export function scriptUser(user: string = NOBODY.name, passwd: string = readFileSync('/etc/passwd', 'utf8')): Identity {
  const found = find(passwd, user) ?? (user === NOBODY.name ? NOBODY : undefined)
  if (found === undefined) throw new Error(`${JSON.stringify(user)} is no user of this host`)
  if (found.uid === 0) throw new Error(`${JSON.stringify(user)} is root; write somebody who may do less`)
  return { uid: found.uid, gid: found.gid }
}

/**
 * What makes a script run as its user. Only root may become somebody else: any other process runs scripts as itself
 * (`undefined`), if nobody else is asked for, and it has no capabilities that they would inherit.
 */
export function runAs(user: string | undefined): Identity | undefined {
  const identity = scriptUser(user)
  const own = process.geteuid?.()
  if (own === 0) return identity
  if (user !== undefined && identity.uid !== own) throw new Error(`only root may run it as ${JSON.stringify(user)}`)
  if (passesCapabilities()) throw new Error('it would inherit ambient capabilities of the process that checks')
  return undefined
}

function find(passwd: string, name: string): Identity | undefined {
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':')
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])]
  return fields !== undefined && Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined
}

function passesCapabilities(): boolean {
  const ambient = /^CapAmb:\s*([\da-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return ambient !== undefined && /[^0]/.test(ambient)
}
