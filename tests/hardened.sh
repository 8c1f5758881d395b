#!/bin/sh
# Reads off programs whether they were built hardened: each can be loaded anywhere, has its tables
# closed once it is loaded, no stack that can be executed, no search path of its own, and calls the
# checks that the compiler and the C library put in.
#   tests/hardened.sh PROGRAM...
# Says what is missing, exit 1. Skipped where readelf is not installed or a program is not ELF.
command -v readelf >/dev/null || { echo "hardened: skipped, no readelf"; exit 0; }
missing=0

lacks() {
    echo "hardened: $program: $1" >&2
    missing=1
}

for program; do
    [ -r "$program" ] || { echo "hardened: $program: not there" >&2; exit 3; }
    LC_ALL=C readelf -h "$program" 2>/dev/null >/dev/null || { echo "hardened: $program: skipped, not ELF"; continue; }
    head=$(LC_ALL=C readelf -hW "$program")
    segments=$(LC_ALL=C readelf -lW "$program")
    dynamic=$(LC_ALL=C readelf -dW "$program")
    symbols=$(LC_ALL=C readelf -sW --dyn-syms "$program")
    echo "$head" | grep -Eq '^ *Type: +DYN' || lacks 'no PIE: it is always loaded at one place'
    echo "$segments" | grep -q GNU_RELRO || lacks 'no RELRO: its tables stay open to writes'
    echo "$dynamic" | grep -Eq 'BIND_NOW|Flags:.*NOW' || lacks 'RELRO in part: calls are looked up late'
    echo "$segments" | grep -Eq 'GNU_STACK.* RW +' || lacks 'its stack can be executed'
    echo "$segments" | grep -q ' RWE ' && lacks 'a segment can be written and executed'
    echo "$dynamic" | grep -Eq 'R(UN)?PATH' && lacks 'it looks for libraries in a place of its own'
    echo "$symbols" | grep -q '__stack_chk_fail' || lacks 'no function guards its stack'
    # only where the C library has such checks; musl has none
    if echo "$symbols" | grep -q 'GLIBC_'; then
        echo "$symbols" | grep -Eq '__(snprintf|memcpy|read|vsnprintf)_chk' || lacks 'no call is checked for its length (_FORTIFY_SOURCE)'
    fi
done
exit $missing
