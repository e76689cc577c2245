/** Runs inside each test file's own module registry, where the bindings' lists of open handles are. */
Object.assign(globalThis, { skepOpenHandles })

async function skepOpenHandles(): Promise<string[]> {
  const packages = await Promise.allSettled([import('libbpf-ts'), import('netlink-ts')])
  const loaded = packages.filter((each) => each.status === 'fulfilled')
  return loaded.flatMap(({ value }) => value.openHandles().map((handle) => JSON.stringify(handle)))
}

export {}
