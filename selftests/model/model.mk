# SPDX-License-Identifier: GPL-2.0
#
# The model of the protocol and its litmus tests.  C++ stays in this directory.
# Included by the Makefile, which sets srctree and objtree.
#
#	make check-model		all of it
#	make check-model LKMM=DIR	litmus tests by herd7 too, where it is
#					installed; DIR: tools/memory-model of a
#					kernel's source

model_src := $(srctree)/selftests/model
model_dir := $(objtree)/selftests/model

$(model_dir)/model: $(model_src)/model.cc $(wildcard $(model_src)/*.hpp) | deps-model
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -std=gnu++11 -O2 -Wall -Wextra -Wshadow -Werror $(CXXFLAGS) -o $@ $<

# Whoever died without a word is found by its exit status, all else by ktap-check.
.PHONY: run-model
run-model: $(model_dir)/model
	$(Q)bash -o pipefail -c \
		'{ $(model_src)/litmus-check && $<; } | tee $(model_dir)/log'; rc=$$?; \
		$(srctree)/selftests/ktap-check $(model_dir)/log && exit $$rc
