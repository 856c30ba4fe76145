# Shared by the scripts beside it; sourced, not run. Sets `repo` and goes there.
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$repo"
script_name=$(basename "$0")

say() { echo "$script_name: $*" >&2; }
fail() { say "$*"; exit 1; }
misuse() { say "$*"; say "try: script/$script_name --help"; exit 2; }

# How many compilers at once: one per core, but each wants about 1 GB. HERALD_JOBS overrides.
jobs() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
  ((memory_gb >= 1)) || memory_gb=1
  echo "${HERALD_JOBS:-$((cores < memory_gb ? cores : memory_gb))}"
}

# Builds targets of the release preset; what the compiler says is shown only while somebody watches or it fails.
build_release() {
  [[ -f build/release/build.ninja ]] || cmake --preset release >&2 || fail "cmake --preset release failed (see above)"
  say "building $*"
  cmake --build --preset release --parallel "$(jobs)" --target "$@" >&2 || fail "the build of $* failed (see above)"
}
