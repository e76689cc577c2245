/** A kubeconfig for one user, as kubectl and every client library read it. */
export function kubeconfigText(
  server: string,
  ca: { file: string } | { pem: string },
  user: string,
  token: string,
): string {
  const authority =
    'file' in ca
      ? `certificate-authority: ${ca.file}`
      : `certificate-authority-data: ${Buffer.from(ca.pem).toString('base64')}`
  return `apiVersion: v1
kind: Config
clusters:
  - name: test
    cluster:
      server: ${server}
      ${authority}
users:
  - name: ${JSON.stringify(user)}
    user:
      token: ${token}
contexts:
  - name: test
    context: { cluster: test, user: ${JSON.stringify(user)} }
current-context: test
`
}
