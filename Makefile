# daybook - all run deps test check analyse valgrind coverage bench fuzz
#    install uninstall dist deb pictures clean
#
#   make deps run     install what is missing, build, open the reader
#   make deps test    install what is missing, build with sanitizers, run every test
#
# SAN=address (the default of `make test`) or SAN=thread builds with sanitizers, each in a folder of
# its own below build/. CC=clang and BUILD=some/folder do what they say.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       := $(if $(filter default,$(origin CC)),$(shell command -v gcc || command -v clang || echo cc),$(CC))
SAN      ?=
BUILD    ?= build/$(notdir $(CC))$(if $(SAN),-$(SAN))
PKGS     := libedit ncursesw sqlite3 libuv md4c
TESTPKGS := cmocka vterm
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
OPT      ?= $(if $(SAN),-O1 -g -fno-omit-frame-pointer,-O2 -g)

flags_address := -fsanitize=address,undefined -fno-sanitize-recover=all
flags_thread  := -fsanitize=thread
SANFLAGS := $(flags_$(SAN))
CPPFLAGS += -I. -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -DNCURSES_WIDECHAR=1 -DDAYBOOK_VERSION='"$(VERSION)"'
# macOS hides what is not in POSIX, as do windows that change their size, unless told otherwise.
CPPFLAGS += $(if $(filter Darwin,$(shell uname -s)),-D_DARWIN_C_SOURCE)
CFLAGS   ?= $(OPT)
, := ,
# What is shipped is hardened: tests/hardened.sh reads it off the binary. Sanitizers bring checks of
# their own. Those of the C library want an optimised build, and an old one takes 3 for 2. No linker
# but ELF's knows -z.
optimised = $(filter -O%,$(filter-out -O0,$(CFLAGS)))
HARDEN    = $(if $(SANFLAGS),,-fPIE -fstack-protector-strong $(if $(optimised),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3))
CLOSED   := $(if $(SANFLAGS)$(filter Darwin,$(shell uname -s)),,-pie -Wl$(,)-z$(,)relro$(,)-z$(,)now$(,)-z$(,)noexecstack)
# ncurses names an older _XOPEN_SOURCE than ours; ours stands. <histedit.h> needs no folder named.
PKGFLAGS := $(filter-out -D_% %/editline,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
ALL_CFLAGS = -std=c17 $(WARN) $(CFLAGS) $(HARDEN) $(SANFLAGS) -MMD -MP -pthread $(PKGFLAGS)
LIBS      = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -lutil
# The program takes its libraries in where an archive of them is installed: it starts sooner, and a
# copy of it runs where they are not. STATIC=no links it like everything else. Debian's libedit needs
# libbsd behind it; others do not.
STATIC   ?= $(if $(SAN),no,yes)
archive   = $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a))
taken_in  = $(foreach name,edit ncursesw tinfo sqlite3 md4c,-l$(name)=$(call archive,$(name))) \
            -luv=$(or $(call archive,uv),$(call archive,uv_a))
PROGRAM_LIBS = $(if $(filter yes,$(STATIC)),$(foreach lib,$(LIBS),$(or $(patsubst $(lib)=%,%,$(filter $(lib)=/%,$(taken_in))),$(lib))) $(call archive,bsd),$(LIBS))

SOURCES := $(shell find engine lessons ui -name '*.c' ! -name main.c 2>/dev/null | sort)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/data.o
DATA    := $(shell find data -type f ! -name '*.[ch]' ! -path 'data/pictures/*' ! -path 'data/debian/*' | LC_ALL=C sort)
TESTS   := $(shell find tests -name '*_test.c' | sort)
HELPERS := $(shell find tests/support -name '*.c' 2>/dev/null | sort)
FORMATTED = $(shell find engine lessons ui tests data -name '*.[ch]')
FUZZERS := $(shell find tests -name '*_fuzz.c' | sort)

# A make of ours inside make builds on every core, unless -j was given.
CORES   := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
SUBMAKE  = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(CORES))

.DELETE_ON_ERROR:
.PRECIOUS: $(BUILD)/%.o
.PHONY: all always deps deps-check run test check analyse valgrind coverage bench fuzz format pictures install uninstall dist deb clean print-%

all: daybook

# Of two builds the one that was asked for is at the top, whichever is newer.
daybook: $(BUILD)/daybook always
	@cmp -s $< $@ || { echo 'cp -f $< $@'; cp -f $< $@; }
always:

run:
	+@$(SUBMAKE) daybook
	./daybook

$(BUILD)/daybook: $(BUILD)/ui/main.o $(BUILD)/libdaybook.a
	$(CC) $(ALL_CFLAGS) $(CLOSED) $(LDFLAGS) -o $@ $^ $(PROGRAM_LIBS)

$(BUILD)/libdaybook.a: $(OBJECTS)
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# ---- the data, compiled in -------------------------------------------------------------------

$(BUILD)/embed: data/embed.c
	@mkdir -p $(@D)
	$(CC) -std=c17 $(WARN) -O1 -o $@ $<

$(BUILD)/data.c: $(BUILD)/embed $(DATA)
	$(BUILD)/embed data/ $(DATA) > $@

$(BUILD)/data.o: $(BUILD)/data.c
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# ---- tests -----------------------------------------------------------------------------------

TEST_BINARIES := $(TESTS:%.c=$(BUILD)/%)

$(BUILD)/tests/%_test: $(BUILD)/tests/%_test.o $(HELPERS:%.c=$(BUILD)/%.o) $(BUILD)/libdaybook.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(shell pkg-config --libs $(TESTPKGS))

# Every malloc of the objects in this one asks the test first.
$(BUILD)/tests/ui/reader/reader_memory_faults_test: LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

test:
	+$(SUBMAKE) SAN=$(or $(SAN),address) run-tests

# A fuzz target tests/x/foo_fuzz.c keeps its corpus in tests/corpus/foo; `make test` replays that,
# `make fuzz` looks for more: TIME seconds each, ONLY=foo for one of them.
REPLAYS := $(FUZZERS:%.c=$(BUILD)/%)

$(BUILD)/tests/%_fuzz: $(BUILD)/tests/%_fuzz.o $(BUILD)/tests/replay.o $(BUILD)/libdaybook.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: run-tests
run-tests: $(TEST_BINARIES) $(REPLAYS) $(BUILD)/daybook
	DAYBOOK=$(BUILD)/daybook tests/run $(TEST_BINARIES) $(REPLAYS)

TIME ?= 60
ONLY ?=
fuzz:
	+$(SUBMAKE) CC=clang BUILD=build/fuzz SANFLAGS='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' OPT='-O1 -g' run-fuzz

.PHONY: run-fuzz
run-fuzz: $(FUZZERS:%.c=$(BUILD)/%.o) $(BUILD)/libdaybook.a
	@for target in $(filter %$(ONLY)_fuzz.c,$(FUZZERS)); do \
	  name=$$(basename $$target _fuzz.c); mkdir -p build/found/$$name; \
	  echo "== $$name, $(TIME) s"; \
	  $(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $(BUILD)/$$name $(BUILD)/$${target%.c}.o $(BUILD)/libdaybook.a $(LIBS) && \
	  $(BUILD)/$$name -max_total_time=$(TIME) -rss_limit_mb=4096 -timeout=10 -print_final_stats=1 -artifact_prefix=build/found/$$name- build/found/$$name tests/corpus/$$name 2>build/found/$$name.log || { tail -30 build/found/$$name.log; exit 1; }; \
	  grep -E 'number_of_executed_units|new_units_added' build/found/$$name.log; \
	done

# Ours beside a reference, in turn, in one run: prints a table of every number the design promises;
# ONLY='orm urls' for some sections of it, JSON=1 for NDJSON.
BENCHES := $(wildcard tests/bench/*.c)
$(BUILD)/bench: $(BENCHES:%.c=$(BUILD)/%.o) $(BUILD)/libdaybook.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/curses_page: $(BUILD)/tests/bench/peers/curses_page.o
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs ncursesw)

bench: $(BUILD)/bench $(BUILD)/daybook $(BUILD)/curses_page
	@$(BUILD)/bench $(if $(JSON),--json) $(ONLY)

# What the compilers, the formatter and ThreadSanitizer say. Slower than test; .ci/run does both.
check:
	+$(SUBMAKE) CC=gcc CFLAGS='-O2 -Werror' BUILD=build/check-gcc build/check-gcc/daybook
	+$(SUBMAKE) CC=clang CFLAGS='-O1 -Werror' BUILD=build/check-clang build/check-clang/daybook
	tests/hardened.sh build/check-gcc/daybook build/check-clang/daybook
	clang-format --dry-run -Werror $(FORMATTED)
	+tests/packaging.sh
	+tests/tenth_lesson.sh
	+$(SUBMAKE) SAN=thread run-thread-tests

# What has threads, under ThreadSanitizer.
THREAD_TESTS := $(wildcard tests/engine/tape/*_test.c tests/engine/server/*_test.c tests/lessons/day5_test.c tests/lessons/live_test.c tests/ui/reader/worker_test.c)
.PHONY: run-thread-tests
run-thread-tests: $(THREAD_TESTS:%.c=$(BUILD)/%)
	tests/run $^

# What three analysers say of every file: gcc's own, cppcheck and clang-tidy, whose set of checks
# .clang-tidy states. A file's verdict is kept until it or a header changes. QUICK=1 leaves out clang's
# path analyser, which takes ten times as long as the rest.
HEADERS := $(shell find engine lessons ui -name '*.h')
TIDIED  := $(SOURCES:%.c=build/tidy/%.ok) build/tidy/ui/main.ok
QUICK   ?=

analyse:
	+$(SUBMAKE) CC=gcc CFLAGS='-O1 -Werror -fanalyzer' BUILD=build/analyse build/analyse/libdaybook.a
	cppcheck --quiet --std=c11 --enable=warning,performance,portability $(NOT_SO:%=--suppress=%) --error-exitcode=1 $(CPPFLAGS) engine lessons ui
	+$(SUBMAKE) $(TIDIED)

# Where cppcheck does not see that a callee fills what it is given.
NOT_SO := uninitvar:ui/reader/amount.h

build/tidy/%.ok: %.c .clang-tidy $(HEADERS)
	@mkdir -p $(@D)
	clang-tidy --quiet $(if $(QUICK),--checks='-clang-analyzer-*') $< -- $(CPPFLAGS) -std=c17 $(PKGFLAGS)
	@$(if $(QUICK),,touch $@)

# The program itself under valgrind: what it lists, exports and runs, without the tests' harness.
valgrind: $(BUILD)/daybook
	tests/valgrind.sh $(BUILD)/daybook

# Which lines and branches `make test` never reaches: a table by file, and pages to read.
coverage:
	-+$(SUBMAKE) CC=gcc BUILD=build/coverage SAN= STATIC=no OPT='-O0 -g' SANFLAGS=--coverage run-tests
	mkdir -p build/coverage/pages
	gcovr --root . --object-directory build/coverage --filter engine/ --filter lessons/ --filter ui/ --html-details build/coverage/pages/index.html --txt build/coverage/lines.txt --print-summary
	gcovr --root . --object-directory build/coverage --filter engine/ --filter lessons/ --filter ui/ --branches --txt build/coverage/branches.txt
	@cat build/coverage/lines.txt

format:
	clang-format -i $(FORMATTED)

# ---- the README's pictures --------------------------------------------------------------------
# Taken of the program itself in the tests' terminal, times and all: each taking differs a little.

$(BUILD)/pictures: $(BUILD)/tests/pictures.o $(BUILD)/tests/support/terminal.o $(BUILD)/ui/reader/theme.o
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(shell pkg-config --libs $(TESTPKGS))

pictures: $(BUILD)/pictures $(BUILD)/daybook
	rm -rf $(BUILD)/pictures.state
	mkdir -p $(BUILD)/pictures.state data/pictures
	$(BUILD)/pictures $(BUILD)/daybook $(CURDIR)/$(BUILD)/pictures.state data/pictures

# ---- dependencies ----------------------------------------------------------------------------
# Asks pkg-config first and does nothing where all is there.

apt_names    := gcc pkg-config libncurses-dev libedit-dev libsqlite3-dev libuv1-dev libmd4c-dev libcmocka-dev libvterm-dev
dnf_names    := gcc pkgconf-pkg-config ncurses-devel libedit-devel sqlite-devel libuv-devel md4c-devel libcmocka-devel libvterm-devel
pacman_names := gcc pkgconf ncurses libedit sqlite libuv md4c cmocka libvterm
apk_names    := build-base pkgconf ncurses-dev libedit-dev sqlite-dev libuv-dev md4c-dev cmocka-dev libvterm-dev
brew_names   := pkg-config ncurses libedit sqlite libuv md4c cmocka libvterm

deps:
	@if command -v cc >/dev/null && command -v pkg-config >/dev/null && pkg-config --exists $(PKGS) $(TESTPKGS); then exit 0; fi; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	if command -v apt-get >/dev/null; then line="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(apt_names)"; $$sudo apt-get update -qq; \
	elif command -v dnf >/dev/null; then line="$$sudo dnf install -y $(dnf_names)"; \
	elif command -v pacman >/dev/null; then line="$$sudo pacman -S --needed --noconfirm $(pacman_names)"; \
	elif command -v apk >/dev/null; then line="$$sudo apk add $(apk_names)"; \
	elif command -v brew >/dev/null; then line="brew install $(brew_names)"; \
	else echo "deps: no package manager known here; install: $(PKGS) $(TESTPKGS)" >&2; exit 1; fi; \
	echo "$$line"; $$line

# The tools of `make check`, `analyse`, `valgrind`, `coverage` and `fuzz`, beyond what building and
# testing need. The shells are there for their completions.
check_tools := clang clang-format clang-tidy cppcheck fish gcovr mandoc valgrind zsh

deps-check: deps
	@missing=; for tool in $(check_tools); do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	[ -n "$$missing" ] || exit 0; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	if command -v apt-get >/dev/null; then $$sudo apt-get update -qq; $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(check_tools) libclang-rt-14-dev; \
	else echo "deps-check: install$$missing" >&2; exit 1; fi

# ---- installing ------------------------------------------------------------------------------

SHARE = $(DESTDIR)$(PREFIX)/share

install: daybook
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(SHARE)/man/man1' '$(SHARE)/bash-completion/completions' '$(SHARE)/zsh/site-functions' '$(SHARE)/fish/vendor_completions.d'
	install -m 755 daybook '$(DESTDIR)$(PREFIX)/bin/daybook'
	install -m 644 data/daybook.1 '$(SHARE)/man/man1/daybook.1'
	install -m 644 data/completions/daybook.bash '$(SHARE)/bash-completion/completions/daybook'
	install -m 644 data/completions/_daybook '$(SHARE)/zsh/site-functions/_daybook'
	install -m 644 data/completions/daybook.fish '$(SHARE)/fish/vendor_completions.d/daybook.fish'

uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/daybook' '$(SHARE)/man/man1/daybook.1' '$(SHARE)/bash-completion/completions/daybook' '$(SHARE)/zsh/site-functions/_daybook' '$(SHARE)/fish/vendor_completions.d/daybook.fish'

# ---- packages --------------------------------------------------------------------------------

# What is committed, the same bytes each time.
DIST := daybook-$(VERSION)
dist:
	@mkdir -p build
	git archive --format=tar --prefix=$(DIST)/ HEAD | gzip -9n > build/$(DIST).tar.gz
	@echo build/$(DIST).tar.gz

# The package of this Debian or Ubuntu, built from that archive and looked through by lintian.
deb: dist
	rm -rf build/deb && mkdir -p build/deb
	tar -xzf build/$(DIST).tar.gz -C build/deb
	mv build/deb/$(DIST)/data/debian build/deb/$(DIST)/debian
	cd build/deb/$(DIST) && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc
	lintian --fail-on error,warning build/deb/*.changes

clean:
	rm -rf build daybook

print-%:
	@echo '$($*)'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
