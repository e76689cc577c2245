/** A text, or a file that it is read from, again and again: tokens and certificates are renewed in place. */
export type Material = { readonly file: string } | { readonly data: string }

/** Where an API server is, and how to speak to it. */
export interface Cluster {
  /** Like `https://10.0.0.1:6443`; a path in it comes before every path of the API. */
  readonly server: string
  /** Where this is known from, for messages: `/etc/kubernetes/kubelet.conf, context default`. */
  readonly from: string
  /** Whom to trust; else the authorities that Node trusts. */
  readonly ca?: Material
  /** The name that its certificate has, where that is not the one in `server`. */
  readonly tlsServerName?: string
  readonly insecureSkipTlsVerify?: boolean
  readonly token?: Material
  readonly certificate?: { readonly cert: Material; readonly key: Material }
  /** The namespace to work in, where nothing else is said. */
  readonly namespace?: string
}
