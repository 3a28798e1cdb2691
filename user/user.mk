# SPDX-License-Identifier: GPL-2.0
#
# The tool, $(objtree)/user/kontend; SAN=1 builds it with ASan and UBSan.  The
# Makefile gives srctree and objtree; CC and CFLAGS may be set from outside.

user-obj	:= $(objtree)/user
user-comma	:= ,
user-san	:= $(if $(SAN),-fsanitize=address$(user-comma)undefined \
			-fno-sanitize-recover=undefined -fno-omit-frame-pointer)
user-cppflags	:= -I$(srctree) -D_GNU_SOURCE -MMD -MP
user-cflags	:= -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -O2 -g \
			$(user-san)
user-libs	:= -lurcu-memb -lurcu-mb -lurcu-qsbr -lurcu-bp -lurcu-common \
			-ljson-c -lz -lbpf -lpthread

# Compiled once.
user-objs	:= \
	user/bench_cases.o \
	user/bench_churn.o \
	user/bench_input.o \
	user/bench_report.o \
	user/bench_route.o \
	user/bench_run.o \
	user/bench_slice.o \
	user/bench_table.o \
	user/bench_update.o \
	user/bench_whole.o \
	user/cmd.o \
	user/cmd_bench.o \
	user/cmd_doctor.o \
	user/cmd_gen.o \
	user/cmd_mirror.o \
	user/cmd_route.o \
	user/dev.o \
	user/doctor_bpf.o \
	user/doctor_host.o \
	user/doctor_module.o \
	user/dump.o \
	user/interrupt.o \
	user/iproute.o \
	user/kontend.o \
	user/lines.o \
	user/load.o \
	user/mirror.o \
	user/nexthops.o \
	user/out.o \
	user/progress.o \
	user/route_load.o \
	user/route_save.o \
	user/save.o \
	user/stream.o \
	user/unzip.o \
	user/verify.o \
	core/text.o \
	core/workload.o

# Compiled once for each flavour of liburcu.
user-flavors	:= memb mb qsbr bp
user-flavor-objs := \
	user/flavor.o \
	user/flavor_bench.o \
	user/grace.o \
	core/arena.o \
	core/fib.o \
	core/fib_check.o \
	core/fib_node.o \
	core/fib_roots.o \
	core/rib.o \
	core/route.o \
	core/route_check.o \
	core/route_compile.o \
	core/route_prepare.o \
	core/route_txn.o

# The core is compiled as the kernel is: no vectoriser, but the instruction that
# counts bits, where the building machine has it (POPCNT= for a tool that runs on
# those without, too).
ifeq ($(origin POPCNT),undefined)
POPCNT		:= $(if $(shell grep -sqw popcnt /proc/cpuinfo && echo | \
			$(CC) -mpopcnt -x c -c -o /dev/null - 2>/dev/null && \
			echo y),-mpopcnt)
endif
user-core-cflags := -fno-tree-vectorize $(POPCNT)

user-built	:= $(addprefix $(user-obj)/,$(user-objs))
user-mirrors	:= $(user-flavors:%=$(user-obj)/mirror-%.o)

# Other flags than last time: other objects.
user-flags	:= $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(user-cflags) \
			$(user-core-cflags)
$(user-obj)/flags: user-force
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(user-flags)' | cmp -s - $@ || echo '$(user-flags)' > $@

.PHONY: user-force
user-force:

$(user-obj)/kontend: $(user-built) $(user-mirrors)
	$(Q)$(CC) $(user-cflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		-Wl,--wrap=munmap $(user-libs)
	@echo "built $@"

$(user-built): $(user-obj)/%.o: $(srctree)/%.c $(user-obj)/flags $(srctree)/user/user.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(user-cppflags) $(CPPFLAGS) $(user-cflags) $(CFLAGS) \
		-c -o $@ $<

# The copies of the core have the same names: one object for each flavour, of
# which only the table of operations can be seen from outside.
define user-flavor-rules
$(user-obj)/$(1)/%.o: $(srctree)/%.c $(user-obj)/flags $(srctree)/user/user.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(user-cppflags) $$(CPPFLAGS) $$(user-cflags) \
		$$(user-core-cflags) $$(CFLAGS) -DKONTEND_FLAVOR=$(1) \
		'-DKONTEND_CORE_CFLAGS="$$(strip -O2 $$(user-core-cflags) $$(user-san) $$(CFLAGS))"' \
		$(user-nosan-$(1)) \
		'-DKONTEND_URCU_HEADER=<urcu/urcu-$(1).h>' -c -o $$@ $$<

$(user-obj)/mirror-$(1).o: $(addprefix $(user-obj)/$(1)/,$(user-flavor-objs))
	$$(Q)$$(LD) -r -o $$@ $$^
	$$(Q)$$(user-objcopy) --keep-global-symbol=mirror_ops_$(1) $$@
endef
# liburcu's bp reader is aligned to less than its type says: not our fault.
user-nosan-bp	:= $(if $(SAN),-fno-sanitize=alignment)

user-objcopy	:= $(if $(OBJCOPY),$(OBJCOPY),objcopy)
$(foreach f,$(user-flavors),$(eval $(call user-flavor-rules,$(f))))

-include $(patsubst %.o,%.d,$(user-built) $(foreach f,$(user-flavors), \
	$(addprefix $(user-obj)/$(f)/,$(user-flavor-objs))))
