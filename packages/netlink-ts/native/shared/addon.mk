# Compiles an addon with the C that addons share. Set NAME and SOURCES before the include.
# A change here, or in any shared file, builds every addon that includes it again.
SHARED   := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
NODE_BIN ?= $(firstword $(wildcard ../../../node_modules/.bin/node) node)
NODE_INC ?= $(shell $(NODE_BIN) -p "require('node:path').resolve(process.execPath, '../../include/node')")
ARCH     ?= $(shell $(NODE_BIN) -p process.arch)
OUT      := ../prebuilds/linux-$(ARCH)
SOURCES  += $(wildcard $(SHARED)/*.c)
HEADERS  := $(wildcard *.h $(SHARED)/*.h)
CFLAGS   += -O2 -g -std=gnu11 -fPIC -Wall -Wextra -Werror -fvisibility=hidden -I$(SHARED) \
	    -DADDON_NAME='"$(NAME)"' -DNAPI_VERSION=8 -DNODE_GYP_MODULE_NAME=$(subst -,_,$(NAME)) -isystem $(NODE_INC)

$(OUT)/$(NAME).node: $(SOURCES) $(HEADERS) Makefile $(SHARED)/addon.mk
	mkdir -p $(OUT)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@.tmp $(SOURCES)
	mv $@.tmp $@

.PHONY: clean
clean:
	rm -rf ../prebuilds
