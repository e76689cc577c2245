import { X509Certificate } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { scriptUser } from '@skep/lb-health'
import type { MachineRule } from '../config/load.ts'
import { type Finding, type Path, show } from '@skep/config-file'

/** What health checks need of this machine: files of certificates, scripts that only root can change, users. */
export const healthFiles: MachineRule = (document) =>
  checksIn(document).flatMap(({ path, check }) => [
    ...['https', 'tls'].flatMap((kind) => field([...path, kind, 'caFile'], at(check, kind, 'caFile'), certificates)),
    ...field([...path, 'grpc', 'tls', 'caFile'], at(check, 'grpc', 'tls', 'caFile'), certificates),
    ...field([...path, 'script', 'command', 0], at(check, 'script', 'command', '0'), program),
    ...field([...path, 'script', 'user'], at(check, 'script', 'user'), user),
  ])

/** What is wrong with a value; `undefined` if nothing is. */
type Complaint = (value: string) => string | undefined

function field(path: Path, value: unknown, complain: Complaint): Finding[] {
  const message = typeof value === 'string' && value !== '' ? complain(value) : undefined
  return message === undefined ? [] : [{ path, message }]
}

const PEM = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g

function certificates(file: string): string | undefined {
  if (!file.startsWith('/')) return undefined
  try {
    const found = readFileSync(file, 'utf8').match(PEM) ?? []
    if (found.length === 0) return `${show(file)} holds no certificate; write a file of PEM certificates`
    const broken = found.findIndex((pem) => !isCertificate(pem))
    return broken < 0
      ? undefined
      : `${show(file)}: certificate ${broken + 1} is broken; write a file of PEM certificates`
  } catch (error) {
    return `${show(file)} cannot be read (${(error as NodeJS.ErrnoException).code}); write a file of PEM certificates`
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

const WRITABLE_BY_OTHERS = 0o022
const EXECUTABLE_BY_ALL = 0o001

/** A script decides who serves: nobody but root may have a say in what it is. */
function program(file: string): string | undefined {
  if (!file.startsWith('/')) return undefined
  try {
    const real = realpathSync(file)
    const { mode } = statSync(real)
    if (!statSync(real).isFile()) return `${show(file)} is not a file; write a program`
    if ((mode & EXECUTABLE_BY_ALL) === 0)
      return `${show(file)} is not executable by everybody, but it runs as an unprivileged user; chmod a+rx it`
    const open = [real, ...foldersOf(real)].find(isWritableByOthers)
    if (open === undefined) return undefined
    return `${show(file)} may be changed by others than root: ${show(open)} is theirs or writable by them; chown root and chmod go-w it`
  } catch (error) {
    return `${show(file)} cannot be run (${(error as NodeJS.ErrnoException).code}); write the absolute path of a program`
  }
}

function isWritableByOthers(path: string): boolean {
  const { uid, mode } = statSync(path)
  return uid !== 0 || (mode & WRITABLE_BY_OTHERS) !== 0
}

function foldersOf(path: string): string[] {
  const folder = dirname(path)
  return folder === path ? [] : [folder, ...foldersOf(folder)]
}

function user(name: string): string | undefined {
  try {
    scriptUser(name)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function checksIn(document: unknown): { readonly path: Path; readonly check: unknown }[] {
  const services = at(document, 'spec', 'services')
  if (!Array.isArray(services)) return []
  return services.map((service: unknown, i) => ({
    path: ['spec', 'services', i, 'healthCheck'],
    check: at(service, 'healthCheck'),
  }))
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  let found = value
  for (const key of keys)
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined
  return found
}
