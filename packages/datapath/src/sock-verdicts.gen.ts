// Written by make -C bpf from include/sock_verdict_list.h. DO NOT EDIT.
/** Every outcome of socket load balancing: the action, and what became of the system call. */
export const sockVerdicts = {
  PASS_PROTOCOL: { action: "PASS", description: "neither TCP nor UDP" },
  PASS_FOREIGN: { action: "PASS", description: "not to a service" },
  PASS_POD: { action: "PASS", description: "a pod's socket, and only the host's are translated here" },
  PASS_LEFT_ALONE: { action: "PASS", description: "its namespace or cgroup is left alone" },
  PASS_NAME: { action: "PASS", description: "its peer is no backend that it reached by a service" },
  PASS_BIND: { action: "PASS", description: "bound to what shadows no service" },
  CONNECT_TO_BACKEND: { action: "PASS", description: "connected to a backend" },
  CONNECT_TO_SAME: { action: "PASS", description: "connected to the backend that its client had before (affinity)" },
  SEND_TO_BACKEND: { action: "PASS", description: "datagram to a service, sent to a backend that was chosen for its socket" },
  SEND_TO_SAME: { action: "PASS", description: "datagram to a service, sent to the backend of the ones before it" },
  NAME_SERVICE: { action: "PASS", description: "a backend, named as the service that it was reached by" },
  REFUSE_NO_BACKEND: { action: "REFUSE", description: "the service has no backend" },
  REFUSE_NO_LOCAL_BACKEND: { action: "REFUSE", description: "the service has no backend that its traffic policy allows here" },
  REFUSE_NO_SERVICE: { action: "REFUSE", description: "the frontend leads to a service that does not exist" },
  REFUSE_NO_ENTRY: { action: "REFUSE", description: "the service leads to a backend that does not exist" },
  REFUSE_NOT_REMEMBERED: { action: "REFUSE", description: "no memory to note whose name a backend's answers carry" },
  REFUSE_BIND: { action: "REFUSE", description: "bound to what would shadow a NodePort or an external address" },
} as const
