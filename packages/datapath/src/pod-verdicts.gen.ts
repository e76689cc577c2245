// Written by make -C bpf from include/pod_verdict_list.h. DO NOT EDIT.
/** Every outcome at a pod’s device: the action, and what became of the packet. */
export const podVerdicts = {
  PASS_OTHER: { action: "PASS", description: "neither TCP nor UDP nor an ICMP error about them, or cut short" },
  PASS_FOREIGN: { action: "PASS", description: "from the pod, to no service" },
  PASS_ARRIVAL: { action: "PASS", description: "to the pod, of no connection to a service" },
  TO_BACKEND: { action: "PASS", description: "to a service, sent to its backend" },
  TO_ITSELF: { action: "BACK", description: "to a service whose backend the pod is itself, or from there: given back to it" },
  TO_OTHER_PORT: { action: "PASS", description: "to a backend by its own name, from a port that the pod reaches it by a service from: from another" },
  FROM_SERVICE: { action: "PASS", description: "to the pod, from a backend: as the service's" },
  REFUSE_NO_BACKEND: { action: "BACK", description: "the service has no backend: reset, or port unreachable" },
  REFUSE_NO_LOCAL_BACKEND: { action: "BACK", description: "the service has no backend that its traffic policy allows here: host unreachable" },
  DROP_NO_SERVICE: { action: "DROP", description: "the frontend leads to a service, or a backend, that does not exist" },
  DROP_RESET: { action: "DROP", description: "a reset of a connection to a service that is not known" },
  DROP_NO_PORT: { action: "DROP", description: "no port to the backend is free that was tried" },
  DROP_NO_MEMORY: { action: "DROP", description: "the kernel had no memory to note the connection" },
  DROP_NOT_WRITTEN: { action: "DROP", description: "the kernel could not write into the packet" },
  DROP_UNTOLD: { action: "DROP", description: "the service has no backend, and what came is no packet that is told so: options, fragments, tags" },
} as const
