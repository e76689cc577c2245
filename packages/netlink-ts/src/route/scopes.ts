/** How far an address or a route reaches, by the names of `/etc/iproute2/rt_scopes`. */
export const scopes = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const

export type Scope = keyof typeof scopes
