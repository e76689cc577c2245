# Every target brings what it needs: Debian packages (asked once), npm packages, addons, BPF objects.
SHELL := /bin/sh
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NODE_COMPILE_CACHE ?= $(CURDIR)/.cache/node
export NX_DAEMON := false

node := node --conditions=@skep/source
jest := node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js
bootstrap := sh tools/bootstrap/bootstrap.sh
machine := sh tools/bootstrap/machine.sh

# Whether tests of PACKAGE start a cluster.
asks-kube = grep -rqs --include='*.test.ts' --exclude-dir=node_modules -e @skep/kube-testenv -e clusterNeeds $(addsuffix /$(PACKAGE),packages apps tools)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: ## a load balancer in namespaces: balance, kill, restart, remove a backend (JSON=1: one document)
	@$(bootstrap) demo && $(machine) demo
	@$(node) examples/demo/main.ts

.PHONY: data-center
data-center: ## three load balancers behind a router: kill, drain, cut, lose one under load (ROUTER=frr, BFD=300, JSON=1)
	@$(bootstrap) data-center && $(machine) data-center
	@$(node) examples/data-center/main.ts $(if $(ROUTER),--router $(ROUTER)) $(if $(BFD),--bfd $(BFD)) $(if $(JSON),--json)

.PHONY: test
test: ## all tests; needs root for those on the kernel. One package: make test PACKAGE=lb-maps
	@$(bootstrap) test
	@$(if $(PACKAGE),$(node) tools/jest/check-package.ts $(PACKAGE))
	@$(machine) test
	@$(if $(PACKAGE),! $(asks-kube) || )$(MAKE) -s kube-programs || echo 'test: goes on without them; tests with a cluster fail' >&2
	@$(jest) $(if $(PACKAGE),--selectProjects $(PACKAGE) $(PACKAGE):netns)

.PHONY: kube
kube: ## a Kubernetes control plane with two nodes, to play with (AGENT=1: skep-agent on them, PROXY=nftables|iptables); Ctrl-C ends it
	@$(bootstrap) kube && $(machine) kube
	@$(MAKE) -s kube-programs
	@$(node) tools/kube-testenv/src/main.ts $(if $(PROXY),--proxy $(PROXY)) $(if $(AGENT),--agent)

.PHONY: kube-programs
kube-programs: ## builds what clusters of tests are made of, once: etcd, kube-apiserver, kube-controller-manager, kube-proxy
	@$(node) tools/kube-testenv/src/programs/main.ts

.PHONY: test-kernels
test-kernels: ## the same tests on Linux 5.10, 6.1, 6.12 and the newest, in VMs (SMOKE=1, KERNEL=6.1, TESTS=bond, ALL=1, RESUME=1)
	@$(bootstrap) test
	@sh tools/bootstrap/debian.sh test-kernels || echo 'test-kernels: goes on without them' >&2
	@$(node) tools/vm/main.ts $(if $(SMOKE),--smoke) $(if $(KERNEL),--kernel "$(KERNEL)") $(if $(TESTS),--tests "$(TESTS)") $(if $(ALL),--all) $(if $(RESUME),--resume) $(if $(SHARD),--shard "$(SHARD)") $(if $(JOBS),--jobs "$(JOBS)")

.PHONY: bench
bench: ## benchmarks as one table (ONLY=bgp|control|datapath|end-to-end|forwarding|informer|kube-proxy, KATRAN=checkout, JSON=1)
	@$(bootstrap) $(if $(KATRAN),build,bench) && $(machine) bench
	@$(if $(filter control datapath forwarding informer kube-proxy,$(ONLY)),,$(bootstrap) contenders || echo 'bench: goes on without them' >&2)
	@$(if $(filter informer kube-proxy,$(ONLY)),$(MAKE) -s kube-programs)
	@$(if $(KATRAN),KATRAN=$(abspath $(KATRAN)) )$(node) tools/bench/main.ts $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json)

.PHONY: soak
soak: ## long fuzzing and long loads (FUZZ_RUNS=n, MINUTES=n); not part of CI
	@$(bootstrap) soak && $(machine) soak
	@sh tools/soak/soak.sh

.PHONY: lint
lint: ## types, oxlint, formats, shell scripts, layers, generated code
	@$(bootstrap) lint
	@sh tools/checks/lint.sh

.PHONY: format
format: ## formats TypeScript and C in place
	@$(bootstrap) lint
	@oxfmt .
	@clang-format-14 -i $$(git ls-files '*.[ch]')

.PHONY: build
build: ## addons, BPF objects, generated code, and dist/ of every package
	@$(bootstrap) build
	@sh tools/checks/generate.sh
	@tsc -b

.PHONY: clean
clean: ## removes what was built; keeps node_modules and what is committed
	@rm -rf .cache coverage packages/*/dist apps/*/dist tools/*/dist packages/*/prebuilds bpf/build
