import { fileURLToPath } from 'node:url'

/** The compiled `objects/xdp_pass.bpf.c`, from `src/topology` and `dist/topology` alike. */
export const xdpPassObject: string = fileURLToPath(new URL('../../objects/xdp_pass.bpf.o', import.meta.url))
