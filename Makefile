# SPDX-License-Identifier: GPL-2.0
#
# The only entry: "make help" lists what there is.  KDIR, O, V, CC and CFLAGS may
# be set from outside and are only added to.  Nothing is written but to O and,
# what is dear (kernels, parts of the kernel's source), to KONTEND_CACHE.

srctree	:= $(patsubst %/,%,$(dir $(realpath $(lastword $(MAKEFILE_LIST)))))
O	?= $(srctree)/build
objtree	:= $(abspath $(O))
$(if $(strip $(O)),,$(error O is empty: it names the directory for objects))
$(if $(filter $(objtree)/%,$(srctree)/),$(error O=$(O) holds the source))
Q	:= $(if $(filter 1,$(V)),,@)
VM	:= $(srctree)/selftests/vm

# Kernels that the tests boot: names as in "selftests/vm/kernel".
KERNELS	?= 6.1 6.12
# Those that watch for bugs, and are built here.
DEBUG_KERNELS := kasan kcsan
# Those of "make test-matrix".
MATRIX	?= 6.1 6.1-cloud 6.1-rt 6.12 6.12-cloud 6.12-rt 6.12-arm64
# The kernel of "make vm" and "make demo".
K	?= 6.12

export KONTEND_CACHE ?= $(HOME)/.cache/kontend

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

all: module user bpf

include $(srctree)/user/user.mk
include $(srctree)/bpf/bpf.mk
include $(srctree)/user/bench-peers/peers.mk
include $(srctree)/selftests/core.mk
include $(srctree)/selftests/model/model.mk

##@ Build
.PHONY: all module user bpf
user: $(objtree)/user/kontend	## the tool
bpf: bpf-objects	## the BPF objects

# Kbuild writes beside what it reads: it reads a shadow of links.  One a kernel
# and variant, for objects of different kernels do not mix.
KDIR	?= /lib/modules/$(shell uname -r)/build
# What uname -r says, which Debian's kernel.release is not.
krel	= $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
variant	= $(if $(KONTEND_POISON),-poison)
shadow	= $(objtree)/kmod-$(krel)$(variant)

module:	## kontend.ko for KDIR, by default the running kernel
	$(if $(krel),,$(error no kernel headers in KDIR=$(KDIR): install \
		linux-headers-$(shell uname -r), or use "make module-6.12" for \
		a Debian kernel that is fetched, not installed))
	$(Q)mkdir -p $(shadow)
	$(Q)cp -rsf $(addprefix $(srctree)/,Kbuild uapi core kmod) $(shadow)/
	$(Q)find $(shadow) -xtype l -delete
	$(Q)$(MAKE) -C $(KDIR) O= M=$(shadow) $(KBUILD_ARGS) modules
	@echo "built $(shadow)/kontend.ko"

# module-6.12: for a Debian kernel that is fetched, not installed.
# poison-6.12: with poisoned nodes, for the torture tests.
# $(call fetched,TARGET): make it for the kernel of the stem.
# "+": $(MAKE) is not seen in here, and without it -j is lost.
fetched = +dir=$$($(VM)/kernel $*) && $(MAKE) --no-print-directory $(1) \
	KDIR=$$dir/kdir KBUILD_ARGS="$(KBUILD_ARGS) $$(cat $$dir/kbuild.args)"

module-%:
	$(Q)$(call fetched,module)

poison-%:
	$(Q)$(call fetched,module) KONTEND_POISON=1

include $(srctree)/selftests/seeded/seeded.mk

##@ Try
.PHONY: demo vm
demo: deps	## all of it: a full table in a VM and in user space, compared
	$(Q)$(srctree)/user/demo -k $(K) $(if $(ROUTES),-r $(ROUTES))

vm: deps	## an interactive shell in a VM (K=6.1 or 6.12), module at hand
	$(Q)$(MAKE) --no-print-directory module-$(K) user
	$(Q)cd $(objtree) && \
		echo "insmod kmod-$$(basename $$($(VM)/kernel $(K)))/kontend.ko," \
			"user/kontend doctor; exit ends the VM" && \
		$(VM)/run -k $(K) -w $(objtree) -i

##@ Measure
# What the peers need is tried for; without it the rest is measured.  They are made
# by a make of its own, which sees what has come, and goes on behind what fails.
.PHONY: bench
bench: deps user	## the table beside its peers, natively, as ratios (BENCH=options)
	$(Q)$(srctree)/selftests/deps bench || \
		echo "bench: goes on without what could not be installed"
	$(Q)$(MAKE) --no-print-directory -k bench-peers || \
		echo "bench: goes on without what could not be built"
	$(Q)$(srctree)/user/bench-peers/conduct -o $(objtree) \
		$(if $(ROUTES),--routes=$(ROUTES)) $(BENCH)

include $(srctree)/selftests/bench/bench.mk

.PHONY: bench-kernel
bench-kernel: deps	## instructions per lookup and update, against the kernel's tables
	$(Q)$(MAKE) --no-print-directory module-$(K) bench-module-$(K) \
		user bench-programs >&2
	$(Q)$(srctree)/selftests/bench/run -k $(K) $(if $(JSON),-j) \
		$(if $(ROUTES),-r $(ROUTES))

##@ Test
.PHONY: test test-judges test-core test-user test-vm test-debug test-matrix check
.PHONY: check-model test-long
test: deps	## everything that must hold: user space, then each of KERNELS
	$(Q)$(srctree)/selftests/all judges core user $(KERNELS:%=vm-%)

# Who judges others is shown good and bad logs.
test-judges:
	$(Q)$(srctree)/selftests/ktap-check --selftest
	$(Q)$(srctree)/selftests/vm/klog --selftest

# The tool is tested as it ships and under ASan and UBSan.
test-user: user
	$(Q)$(MAKE) --no-print-directory user O=$(objtree)/san SAN=1
	$(Q)for dir in $(objtree) $(objtree)/san; do \
		KONTEND=$$dir/user/kontend $(srctree)/selftests/user_tool.sh || \
			exit 1; done

test-vm: $(addprefix test-vm-,$(KERNELS))	## the kselftests in a VM, each of KERNELS

test-vm-%:
	$(Q)$(MAKE) --no-print-directory module-$* poison-$*
	$(Q)$(srctree)/selftests/vm/suite $*

debug-kernels: deps-debug	## build the kernels that watch for bugs, unless cached
	$(Q)$(VM)/debug-kernel $(DEBUG_KERNELS)

test-debug: debug-kernels	## seeded bugs and the kselftests under KASAN, lockdep, KCSAN
	$(Q)$(srctree)/selftests/all $(DEBUG_KERNELS:%=seeded-%) \
		$(DEBUG_KERNELS:%=vm-%) unload-kasan

test-seeded-%: seeded-%
	$(Q)$(srctree)/selftests/seeded/run $*

# With callbacks held back, text that is unmapped under one shows.
test-unload-%: module-%
	$(Q)$(srctree)/selftests/vm/suite -u $*

test-matrix: $(if $(filter %-arm64,$(MATRIX)),deps-matrix,deps)	## the kselftests on each of MATRIX, as a table
	$(Q)$(srctree)/selftests/matrix $(MATRIX)

check: deps	## the static checks; boots nothing
	$(Q)$(srctree)/selftests/static $(KERNELS)

test-long: run-long	## whole tables at full size: every interval, 10^7 random addresses

check-model: run-model	## the memory-model evidence: relacy, each mutant caught

##@ Other
.PHONY: deps debug-kernels clean help
deps:	## install the Debian packages that are missing, naming them
	$(Q)$(srctree)/selftests/deps

# And those that some targets need beyond: deps-debug, deps-matrix, deps-model.
deps-%:
	$(Q)$(srctree)/selftests/deps $*

clean:	## remove O
	rm -rf $(objtree)

help:	## this list
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) ":" } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))
	@echo "\nVariables: O (objects, default build/), KDIR, CC, CFLAGS, V=1,"
	@echo "KERNELS (\"$(KERNELS)\"), K ($(K)), MATRIX (kernels for test-matrix),"
	@echo "ROUTES (a table for demo, bench and bench-kernel; gen:N makes one for the"
	@echo "last), BENCH (options of bench: \"--quick\", \"--help\"), JSON=1 (bench-kernel),"
	@echo "KONTEND_CACHE ($(KONTEND_CACHE))."
