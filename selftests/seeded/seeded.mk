# SPDX-License-Identifier: GPL-2.0
#
# The module of deliberate bugs.  Included by the Makefile, whose ways with KDIR
# and fetched kernels it goes.
#
#	make seeded-kasan		seeded.ko for that kernel, fetched or built

seeded	= $(objtree)/seeded-$(krel)

.PHONY: seeded
seeded:
	$(Q)mkdir -p $(seeded)
	$(Q)cp -rsf $(srctree)/core $(srctree)/selftests/seeded/. $(seeded)/
	$(Q)find $(seeded) -xtype l -delete
	$(Q)$(MAKE) -C $(KDIR) O= M=$(seeded) $(KBUILD_ARGS) modules
	@echo "built $(seeded)/seeded.ko"

seeded-%:
	$(Q)$(call fetched,seeded)
