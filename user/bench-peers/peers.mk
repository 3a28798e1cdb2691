# SPDX-License-Identifier: GPL-2.0
#
# The contestants of "make bench", into $(objtree)/user/bench-peers.  Ours needs
# what the tool needs; those on DPDK are left out where it is not installed, those in
# the kernel where BPF programs cannot be built.  Included after user.mk and bpf.mk.

peers-src	:= $(srctree)/user/bench-peers
peers-obj	:= $(objtree)/user/bench-peers
peers-cflags	:= -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -O3 -g

# System headers: their warnings are not ours.
dpdk-cflags	:= $(patsubst -I%,-isystem %,$(shell pkg-config --cflags libdpdk \
			2>/dev/null))
dpdk-libs	:= -lrte_fib -lrte_rib -lrte_lpm -lrte_eal

peers-kontend	:= ours streams
peers-dpdk	:= $(if $(dpdk-cflags),dpdk_fib dpdk_fib6 dpdk_lpm)
peers-bpf	:= $(if $(and $(CLANG),$(BPFTOOL)),bpf_lpm bpf_fib)
peers		:= $(peers-kontend) $(peers-dpdk) $(peers-bpf)

.PHONY: bench-peers
bench-peers: $(addprefix $(peers-obj)/,$(peers))

peers-cc	= $(CC) $(user-cppflags) $(CPPFLAGS) $(peers-cflags) $(CFLAGS)

$(peers-obj)/%.o: $(peers-src)/%.c $(user-obj)/flags $(peers-src)/peers.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(peers-cc) $(peers-cflags-$*) -c -o $@ $<

# The tool's objects but its commands: this is where the core is compiled as the tool
# has it.
peers-tool	:= $(filter-out $(user-obj)/user/kontend.o,$(user-built)) \
			$(user-mirrors)

$(peers-kontend:%=$(peers-obj)/%): $(peers-obj)/%: $(peers-obj)/%.o \
		$(peers-obj)/peer.o $(peers-tool)
	$(Q)$(CC) $(peers-cflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		-Wl,--wrap=munmap $(user-libs)

$(foreach p,dpdk $(peers-dpdk),$(eval peers-cflags-$(p) := $(dpdk-cflags)))

$(peers-dpdk:%=$(peers-obj)/%): $(peers-obj)/%: $(peers-obj)/%.o \
		$(peers-obj)/dpdk.o $(peers-obj)/peer.o
	$(Q)$(CC) $(peers-cflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(dpdk-libs)

$(foreach p,lpm_run $(peers-bpf),$(eval peers-cflags-$(p) := -I$(peers-obj)))
$(addprefix $(peers-obj)/,lpm_run.o $(peers-bpf:=.o)): $(peers-obj)/lpm.skel.h

$(peers-bpf:%=$(peers-obj)/%): $(peers-obj)/%: $(peers-obj)/%.o \
		$(peers-obj)/lpm_run.o $(peers-obj)/peer.o
	$(Q)$(CC) $(peers-cflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lbpf

$(peers-obj)/lpm.bpf.o: $(peers-src)/lpm.bpf.c $(peers-src)/peers.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -mcpu=v3 -g -O2 -std=gnu11 -Wall -Wextra \
		$(bpf_include) -MMD -MP -c $< -o $@

$(peers-obj)/lpm.skel.h: $(peers-obj)/lpm.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name lpm >$@.tmp
	$(Q)mv $@.tmp $@

-include $(wildcard $(peers-obj)/*.d)
