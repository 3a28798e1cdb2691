# SPDX-License-Identifier: GPL-2.0
#
# The core's tests in user space: every program under ASan and UBSan in every
# liburcu flavour, and the torture once more at full speed.  Included by the
# Makefile, which sets srctree and objtree.
#
#	make test-core			all of them, one flavour after the other
#	make test-core-qsbr		one flavour
#	make run-long			whole tables at full size

core_flavours := \
	memb \
	mb \
	qsbr \
	bp

core_tests := \
	core_route \
	core_memory \
	core_check \
	core_fib \
	core_torture \
	core_text \
	core_whole \
	core_workload

core_objs := \
	arena \
	fib \
	fib_check \
	fib_node \
	fib_roots \
	rib \
	route \
	route_check \
	route_compile \
	route_prepare \
	route_txn \
	text \
	workload

# What the programs share.
core_test_objs := \
	fixture \
	intervals \
	oracle \
	pool \
	twin

core_dir := $(objtree)/selftests/core

# ROUTE_POISON: readers check for what was freed under them.
core_cflags := -std=gnu11 -D_GNU_SOURCE -g -Wall -Wextra -Wshadow \
	-Wstrict-prototypes -I$(srctree) -DROUTE_POISON -MMD -MP -pthread
core_sanitize := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
# urcu-bp 0.13 lays out its own readers against the alignment it declares.
core_sanitize_bp := -fno-sanitize=alignment
# Here allocations are made to fail.
core_ldflags_core_memory := -Wl,--wrap=calloc,--wrap=mmap

# $(call core_build,DIRECTORY,FLAVOUR,FLAGS): rules for one way to build.
define core_build
$(core_dir)/$(1)/%.o: $(srctree)/core/%.c | $(core_dir)/$(1)
	$$(Q)$$(CC) $(core_cflags) $(3) $$(CFLAGS) \
		'-DKONTEND_URCU_HEADER=<urcu/urcu-$(2).h>' -c -o $$@ $$<

$(core_dir)/$(1)/%.o: $(srctree)/selftests/%.c | $(core_dir)/$(1)
	$$(Q)$$(CC) $(core_cflags) $(3) $$(CFLAGS) \
		'-DKONTEND_URCU_HEADER=<urcu/urcu-$(2).h>' -c -o $$@ $$<

$(addprefix $(core_dir)/$(1)/,$(core_tests)): %: %.o \
		$(addprefix $(core_dir)/$(1)/,$(addsuffix .o,$(core_objs) $(core_test_objs)))
	$$(Q)$$(CC) $(3) -pthread -o $$@ $$^ $$(core_ldflags_$$(@F)) \
		-lurcu-$(2)

$(core_dir)/$(1):
	$$(Q)mkdir -p $$@

-include $(wildcard $(core_dir)/$(1)/*.d)
endef

# The rest of a flavour's programs is not run when one fails.
define core_flavour
$(call core_build,$(1),$(1),$(core_sanitize) $(core_sanitize_$(1)))

.PHONY: test-core-$(1)
test-core-$(1): $(addprefix $(core_dir)/$(1)/,$(core_tests))
	$$(Q)for t in $$^; do echo "# $(1): $$$${t##*/}"; $$$$t || exit 1; done
endef

$(foreach flavour,$(core_flavours),$(eval $(call core_flavour,$(flavour))))
$(eval $(call core_build,plain,memb,-O2))

# A full table of each family, and one out of a file, if there is one: minutes.
core_long	:= $(core_dir)/plain/core_whole -k 10000000 -u 1000000 -c 10000
core_routes	= $(if $(ROUTES),$(filter-out gen:%,$(ROUTES)),$(wildcard \
			$(srctree)/../shared/data/bgp-prefixes.txt.gz))

.PHONY: run-long
run-long: $(core_dir)/plain/core_whole
	$(Q)$(core_long) -n 1000000
	$(Q)$(if $(core_routes),gzip -cdf $(core_routes) > $(core_dir)/routes && \
		$(core_long) -r $(core_dir)/routes)

.PHONY: test-core-plain test-core
test-core-plain: $(core_dir)/plain/core_torture
	@echo "# plain: core_torture"
	$(Q)$<

# In turn, whatever -j says: a torture wants the machine for itself.
test-core:
	$(Q)for f in $(core_flavours) plain; do \
		$(MAKE) --no-print-directory test-core-$$f || exit 1; done
