import { checked } from '../errors.ts'
import { Handle } from '../handle.ts'
import { openPin, takingOver } from '../pinnable.ts'
import { openById } from '../sys/object.ts'
import { mapInfo, type MapInfo } from './info.ts'

/** An open map and its shape: what every map class is made from. */
export class MapHandle extends Handle {
  /** As it was when the map was opened; none of it changes. */
  readonly info: MapInfo

  /** Takes the fd over. `name`: the full one, where the kernel's is cut to 15 characters. */
  constructor(fd: number, name?: string) {
    const info = takingOver(fd, mapInfo)
    super('map', fd, name ?? info.name)
    this.info = info
  }

  /** Errors: NOT_FOUND, INVALID_INPUT. Minimum kernel 4.4. Equivalent to: `bpftool map show pinned <path>`. */
  static openPinned(path: string): MapHandle {
    return new MapHandle(openPin('map', path))
  }

  /** Errors: NOT_FOUND. Minimum kernel 4.13. Equivalent to: `bpftool map show id <id>`. */
  static openById(id: number): MapHandle {
    return new MapHandle(checked(openById('map', id), 'map.open', `map id ${id}`))
  }
}
