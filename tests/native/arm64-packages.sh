# Sourced by the scripts that need Debian's packages for 64-bit ARM on another machine.
#   apt_for_arm64 FOLDER COMMAND..: apt-get for ARM with lists and archives of its own in FOLDER, so that this machine
#   stays as it is.
apt_for_arm64() {
    local apt=$1
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    : >"$apt/status"
    apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User= -o Dir::State="$apt" \
        -o Dir::State::status="$apt/status" -o Dir::Cache="$apt" -o Dir::Log="$apt" "${@:2}"
}
