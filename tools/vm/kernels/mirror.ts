import { join } from 'node:path'

/** How `apt-get indextargets` is to tell of what the machine's own sources offer. */
export const TARGETS_FORMAT = '$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)'

/** 5.10, 6.1 and 6.12 are the kernels of the first three; the newest is in one of the others. */
const SUITES = 'bullseye bookworm trixie trixie-backports sid'

/** The mirror of Debian that the machine itself uses; undefined where its sources have none. */
export function mirrorOf(targets: string): string | undefined {
  const rows = targets.split('\n').map((line) => line.split('|'))
  const main = rows.find(
    ([origin, label, component]) => origin === 'Debian' && label === 'Debian' && component === 'main',
  )
  // Before the first `apt-get update` apt knows addresses only.
  const named = rows.find(
    ([origin, , component, uri]) => !origin && component === 'main' && /\/debian\/?$/.test(uri ?? ''),
  )
  return (main ?? named)?.[3]
}

/** Sources of their own, so that the machine's are not touched: in the format of `*.sources` (sources.list(5)). */
export function sources(mirror: string): string {
  const lines = {
    Types: 'deb',
    URIs: mirror,
    Suites: SUITES,
    Components: 'main',
    Architectures: 'amd64',
    Targets: 'Packages',
    Languages: 'none',
    'Signed-By': '/usr/share/keyrings/debian-archive-keyring.gpg',
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

/** What makes apt work below a folder instead of the machine's; proxies and the like stay the machine's. */
export function aptConfiguration(folder: string): string {
  const settings = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(folder, 'sources'),
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::State::Status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Architecture': 'amd64',
    'APT::Sandbox::User': 'root',
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join('')
}
