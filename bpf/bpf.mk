# SPDX-License-Identifier: GPL-2.0
#
# The BPF objects and their skeletons, into $(objtree)/bpf.  Wants srctree and
# objtree; gives bpf-objects, bpf_skeletons and bpf_cflags (to include them).

CLANG	?= $(firstword $(shell command -v clang clang-14))
BPFTOOL	?= $(firstword $(shell command -v bpftool /usr/sbin/bpftool))

bpf_sources	:= $(wildcard $(srctree)/bpf/*.bpf.c)
bpf_objects	:= $(patsubst $(srctree)/bpf/%.c,$(objtree)/bpf/%.o,$(bpf_sources))
bpf_skeletons	:= $(bpf_objects:.bpf.o=.skel.h)
bpf_cflags	:= -I$(srctree) -I$(objtree)/bpf

# The target has no headers of its own: asm/types.h is the programs'.
bpf_include	:= -idirafter $(shell $(CC) -print-sysroot 2>/dev/null)/usr/include/$(shell \
			$(CC) -print-multiarch 2>/dev/null)

.PHONY: bpf-objects
bpf-objects: $(bpf_objects) $(bpf_skeletons)

# -g: BTF is made of it.
$(objtree)/bpf/%.bpf.o: $(srctree)/bpf/%.bpf.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -mcpu=v3 -g -O2 -std=gnu11 -Wall -Wextra \
		-I$(srctree) $(bpf_include) -MMD -MP -c $< -o $@

$(objtree)/bpf/%.skel.h: $(objtree)/bpf/%.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name $(*F) >$@.tmp
	$(Q)mv $@.tmp $@

-include $(bpf_objects:.o=.d)
