# SPDX-License-Identifier: GPL-2.0
#
# Instructions per operation, in a guest whose clock counts them.  Included by
# the Makefile, whose ways with KDIR and fetched kernels it goes.
#
#	make bench-kernel		all of it, on kernel K
#	make bench-module-6.12		kbench.ko for that kernel
#	make bench-programs		what drives it, and what makes its routes

bench	= $(objtree)/bench-$(krel)
bench_dir	:= $(objtree)/bench
bench_programs	:= $(addprefix $(bench_dir)/,data drive)
bench_cflags	:= -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wshadow \
	-Wstrict-prototypes -I$(srctree) -I$(bench_dir) -MMD -MP

.PHONY: bench-module bench-programs
bench-module:
	$(Q)mkdir -p $(bench)
	$(Q)cp -rsf $(srctree)/core $(srctree)/selftests/bench/. $(bench)/
	$(Q)find $(bench) -xtype l -delete
	$(Q)$(MAKE) -C $(KDIR) O= M=$(bench) $(KBUILD_ARGS) modules
	@echo "built $(bench)/kbench.ko"

bench-module-%:
	$(Q)$(call fetched,bench-module)

bench-programs: $(bench_programs)

$(bench_dir)/%.o: $(srctree)/selftests/bench/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(bench_cflags) $(CFLAGS) -c -o $@ $<

$(bench_dir)/%.o: $(srctree)/core/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(bench_cflags) $(CFLAGS) -c -o $@ $<

# From routes as text to what the module reads.
$(bench_dir)/data: $(addprefix $(bench_dir)/,mkdata.o text.o workload.o)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm

# In the guest.
$(bench_dir)/drive.o: $(bench_dir)/xdp.skel.h
$(bench_dir)/drive: $(bench_dir)/drive.o
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lbpf

$(bench_dir)/xdp.bpf.o: $(srctree)/selftests/bench/xdp.bpf.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -mcpu=v3 -g -O2 -std=gnu11 -Wall -Wextra \
		-I$(srctree) $(bpf_include) -MMD -MP -c $< -o $@

$(bench_dir)/xdp.skel.h: $(bench_dir)/xdp.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name xdp >$@.tmp
	$(Q)mv $@.tmp $@

-include $(wildcard $(bench_dir)/*.d)
