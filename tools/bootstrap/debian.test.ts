import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'

const SCRIPT = join(import.meta.dirname, 'debian.sh')
const plain =
  'gcc make libc6-dev libbpf-dev linux-libc-dev iproute2 procps netbase util-linux curl ethtool tcpdump shellcheck'.split(
    ' ',
  )
const llvm = ['clang-14', 'llvm-14', 'clang-format-14']
const running = `linux-tools-${release()}`

describe('packages for the tests, on a machine that has none', () => {
  test('Debian: bpftool is a package', () => {
    using machine = offering([...plain, ...llvm, 'bpftool'])
    expect(machine.run().status).toBe(0)
    expect(machine.installed()).toEqual([...plain, ...llvm, 'bpftool'].toSorted())
  })

  test('Ubuntu: it is the running kernel’s', () => {
    using machine = offering([...plain, ...llvm, 'linux-tools-common', running, 'linux-tools-generic'])
    expect(machine.run().status).toBe(0)
    expect(machine.installed()).toEqual([...plain, ...llvm, 'linux-tools-common', running].toSorted())
  })

  test('Ubuntu under another kernel: any kernel’s', () => {
    using machine = offering([...plain, ...llvm, 'linux-tools-common', 'linux-tools-generic'])
    expect(machine.run().status).toBe(0)
    expect(machine.installed()).toEqual([...plain, ...llvm, 'linux-tools-generic'].toSorted())
  })

  test('neither it nor the pinned compiler can be had: without, and that is said once', () => {
    using machine = offering(plain)
    const first = machine.run()
    expect(first.status).toBe(0)
    expect(machine.installed()).toEqual(plain.toSorted())
    expect(first.stderr).toContain(
      'skipped or fails with their name: bpftool keepalived frr bird2 gobgpd nftables iptables clang-14 llvm-14 clang-format-14',
    )
    expect(machine.run()).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('services of packages', () => {
  test('none starts while they are installed; afterwards the machine decides again', () => {
    using machine = offering([...plain, 'frr'])
    machine.has('usr/sbin/other', 'exit 0')
    machine.run()
    expect(machine.installed()).toContain('frr')
    expect(machine.policies()).toEqual(['101'])
    expect(machine.policy()).toBeUndefined()
  })

  test('a rule that the machine has stays', () => {
    using machine = offering([...plain, 'frr'])
    machine.has('usr/sbin/policy-rc.d', 'exit 104')
    machine.run()
    expect(machine.policies()).toEqual(['104'])
    expect(machine.policy()).toContain('exit 104')
  })
})

describe('bpftool', () => {
  test('Ubuntu’s script that finds none for this kernel does not count', () => {
    using machine = offering([...plain, ...llvm, 'linux-tools-generic'])
    machine.has('usr/sbin/bpftool', 'exit 2')
    machine.run()
    expect(machine.installed()).toContain('linux-tools-generic')
  })

  test('another kernel’s does', () => {
    using machine = offering([...plain, ...llvm, 'linux-tools-generic'])
    machine.has('usr/sbin/bpftool', 'exit 2')
    machine.has('usr/lib/linux-tools/6.8.0-1-generic/bpftool', 'exit 0')
    machine.run()
    expect(machine.installed()).not.toContain('linux-tools-generic')
  })
})

interface Machine extends Disposable {
  run(): { readonly status: number | null; readonly stderr: string }
  installed(): string[]
  /** What the machine's rule about services answered, each time that apt installed. */
  policies(): string[]
  /** The rule that it has. */
  policy(): string | undefined
  /** A program in the machine's file system. */
  has(path: string, body: string): void
}

/** As seen by the script: nothing is installed, this is root, and apt knows of these packages; what is installed appears. */
function offering(packages: readonly string[]): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'skep-debian-'))
  const [bin, sysroot, log] = [join(folder, 'bin'), join(folder, 'root'), join(folder, 'log')]
  const policy = join(sysroot, 'usr/sbin/policy-rc.d')
  for (const name of [bin, sysroot, join(folder, '.cache/bootstrap')]) mkdirSync(name, { recursive: true })
  program(join(bin, 'id'), 'echo 0')
  program(join(bin, 'apt-cache'), aptCache(packages))
  program(join(bin, 'apt-get'), aptGet(log, sysroot))
  return {
    run: () => {
      const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, SYSROOT: sysroot }
      const { status, stderr } = spawnSync('sh', [SCRIPT, 'test'], { cwd: folder, env, encoding: 'utf8' })
      return { status, stderr }
    },
    installed: () => wordsOf(log).toSorted(),
    policies: () => wordsOf(`${log}.policy`),
    policy: () => (existsSync(policy) ? readFileSync(policy, 'utf8') : undefined),
    has: (path, body) => program(join(sysroot, path), body),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

function wordsOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(/\s+/) : []
}

function program(path: string, body: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
}

/** Says nothing of a package that it has never heard of, and (none) of one that others provide, as apt does. */
function aptCache(packages: readonly string[]): string {
  return `case "$2" in
${packages.map((name) => `${name}) echo "  Candidate: 1.0" ;;`).join('\n')}
bpftool) printf 'bpftool:\\n  Installed: (none)\\n  Candidate: (none)\\n' ;;
esac`
}

const files: Readonly<Record<string, string>> = {
  gcc: 'usr/bin/cc',
  make: 'usr/bin/make',
  'libc6-dev': 'usr/include/stdio.h',
  'libbpf-dev': 'usr/include/bpf/libbpf.h',
  'linux-libc-dev': 'usr/include/linux/bpf.h',
  iproute2: 'usr/sbin/ip',
  procps: 'usr/sbin/sysctl',
  netbase: 'etc/protocols',
  'util-linux': 'usr/bin/setpriv',
  curl: 'usr/bin/curl',
  ethtool: 'usr/sbin/ethtool',
  tcpdump: 'usr/bin/tcpdump',
  shellcheck: 'usr/bin/shellcheck',
  'clang-14': 'usr/bin/clang-14',
  'llvm-14': 'usr/bin/llvm-strip-14',
  'clang-format-14': 'usr/bin/clang-format-14',
  bpftool: 'usr/sbin/bpftool',
  [running]: `usr/lib/linux-tools/${release()}/bpftool`,
  'linux-tools-generic': 'usr/lib/linux-tools/6.8.0-1-generic/bpftool',
}

function aptGet(log: string, sysroot: string): string {
  const put = (file: string): string =>
    `mkdir -p ${dirname(join(sysroot, file))}; ln -sf /bin/true ${join(sysroot, file)}`
  const cases = Object.entries(files).map(([name, file]) => `${name}) ${put(file)} ;;`)
  const policy = join(sysroot, 'usr/sbin/policy-rc.d')
  return `[ "$1" = install ] || exit 0
shift
if [ -x ${policy} ]; then ${policy}; echo $? >>${log}.policy; fi
for name in "$@"; do
case "$name" in
-*) continue ;;
${cases.join('\n')}
esac
echo "$name" >>${log}
done`
}
