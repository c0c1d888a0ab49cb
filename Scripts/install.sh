#!/bin/sh
# Installs what Obhut needs to build and run, on Debian and its descendants: only what is missing, as root or through
# sudo. With the argument `test`, also what its tests need. Running it again changes nothing. Elsewhere it checks, and names what is missing.
set -eu

say() { printf '%s\n' "$*" >&2; }

needs_swift() {
    say "Obhut needs Swift 6.2 or newer; $1"
    say "Get it from https://www.swift.org/install/linux/ (swiftly installs and updates it without root):"
    say "  curl -O https://download.swift.org/swiftly/linux/swiftly-\$(uname -m).tar.gz"
    say "  tar zxf swiftly-\$(uname -m).tar.gz && ./swiftly init"
    exit 1
}

check_swift() {
    command -v swift >/dev/null 2>&1 || needs_swift "there is no \`swift\` on the PATH."
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    major=${version%%.*} minor=${version#*.}
    if [ -z "$version" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
        needs_swift "found ${version:-a version that could not be read}."
    fi
}

has_library() { command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$1"; }

# What agreements are set in: PDFStyle in Sources/Core/Documents names the families.
has_fonts() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list 'Linux Libertine O')" ]; }

has_venv() { python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

# The server programs, 15 or newer: Debian keeps them off the PATH.
has_postgres() {
    for initdb in /usr/lib/postgresql/*/bin/initdb "$(command -v initdb 2>/dev/null || true)"; do
        [ -x "$initdb" ] || continue
        major=$("$initdb" --version | sed -n 's/^[^0-9]*\([0-9]*\).*/\1/p')
        [ "${major:-0}" -ge 15 ] && return 0
    done
    return 1
}

missing_packages() {
    command -v pkg-config >/dev/null 2>&1 || echo pkg-config
    has_library libpq || echo libpq-dev
    has_library 'libcrypto >= 3.0' || echo libssl-dev
    has_library 'libcurl >= 7.87' || echo libcurl4-openssl-dev
    has_library pangocairo || echo libpango1.0-dev
    has_library cairo-pdf || echo libcairo2-dev
    has_library libqrencode || echo libqrencode-dev
    has_fonts || echo fonts-linuxlibertine
    has_venv || echo python3-venv
    [ "$for_tests" = no ] || command -v pdftotext >/dev/null 2>&1 || echo poppler-utils
    [ "$for_tests" = no ] || has_pgbouncer || echo pgbouncer
    [ "$for_tests" = no ] || has_chromium || echo chromium
    has_postgres || echo postgresql
}

# The tests of the console drive it; no browser is downloaded.
has_chromium() { [ -x /usr/bin/chromium ] || command -v chromium >/dev/null 2>&1; }

has_pgbouncer() { [ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        say "This needs root and there is no sudo. As root, run:"
        say "  apt-get install --no-install-recommends $missing"
        exit 1
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >&2
}

# Debian's package would create a cluster and start it on port 5432. Obhut starts clusters of its own and wants none,
# so creation is off while the package is installed, and the machine's setting is put back afterwards.
install_postgres() {
    apt_install postgresql-common
    settings=/etc/postgresql-common/createcluster.conf
    as_root cp -p "$settings" "$settings.obhut"
    trap 'as_root mv -f "$settings.obhut" "$settings"' EXIT
    as_root sh -c "echo 'create_main_cluster = false' >> $settings"
    apt_install postgresql
    as_root mv -f "$settings.obhut" "$settings"
    trap - EXIT
}

# Packages that would start a service of their own are installed without it.
without_services() {
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then
        "$@"
        return
    fi
    trap 'as_root rm -f "$policy"' EXIT
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
    "$@"
    as_root rm -f "$policy"
    trap - EXIT
}

for_tests=no
[ "${1:-}" = test ] && for_tests=yes

check_swift
missing=$(missing_packages | tr '\n' ' ')
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    say "Missing, under Debian's names: $missing"
    say "Install their counterparts with this system's package manager, then run this again."
    exit 1
fi

say "Installing: $missing"
as_root apt-get update -qq >&2
others=$(printf '%s' "$missing" | sed 's/postgresql *$//')
# Unquoted on purpose: one argument a package.
# shellcheck disable=SC2086
[ -z "$others" ] || without_services apt_install $others
has_postgres || install_postgres

missing=$(missing_packages | tr '\n' ' ')
[ -z "$missing" ] && exit 0
say "Still missing after installation: $missing"
say "PostgreSQL must be 15 or newer and libcurl 7.87 or newer: Debian 12 or Ubuntu 24.04 at least."
exit 1
