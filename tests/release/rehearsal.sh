#!/usr/bin/env bash
# A release without publishing it: deploys into target/rehearsal, laid out as a repository is, signed with a key that is
# thrown away, and holds that against what Maven Central requires (CentralRules.java). Then breaks copies of it, a rule
# each, to see that the rules would notice. Beside it lies the bundle that Central's portal takes.
#   tests/release/rehearsal.sh [--final] [MAVEN'S OPTION …]    e.g. -Dmaven.test.skip, -Dmn.platforms=…, -Dmn.cuda=OFF
# --final besides fails while something of docs/releasing.md is left to be filled in.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v gpg >/dev/null || { echo "rehearsal: needs gpg (apt-get install gpg gpg-agent)" >&2; exit 1; }
final=
[ "${1:-}" != --final ] || { final=yes; shift; }
platforms=linux-x86_64
for option; do
    case $option in -Dmn.platforms=*) platforms=${option#*=} ;; esac
done
read -ra platforms <<<"${platforms//,/ }"
out=$PWD/target/rehearsal
rm -rf target/rehearsal
mkdir -p target/rehearsal

GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill gpg-agent; rm -rf "$GNUPGHOME" target/rehearsal/broken' EXIT
gpg --batch --quiet --passphrase '' --quick-generate-key 'Rehearsal <rehearsal@mnist-native.invalid>' rsa3072 sign never
key=$(gpg --batch --quiet --with-colons --list-secret-keys | awk -F: '$1 == "fpr" { print $10; exit }')

mvn -q -B deploy -Prelease -DskipTests -Dgpg.keyname="$key" -Dmaven.install.skip \
    -DaltDeploymentRepository="rehearsal::file://$out/repository" "$@"
version=$(basename "$(echo "$out"/repository/dev/mnistnative/mnist-native/*/)")
artifacts=dev/mnistnative/mnist-native/$version
(cd "$out/repository" && jar --create --no-manifest --file ../central-bundle.zip "$artifacts")

javac -d "$out/classes" tests/release/CentralRules.java
check() { java -cp "$out/classes" CentralRules "$1/$artifacts" "${platforms[@]}"; }
check "$out/repository"

# Signs and sums a file that was changed, so that only what is in it is wrong.
again() {
    local file=$1
    rm -f "$file".asc*
    gpg --batch --quiet --armor --detach-sign "$file"
    for each in "$file" "$file.asc"; do
        md5sum "$each" | cut -d' ' -f1 >"$each.md5"
        sha1sum "$each" | cut -d' ' -f1 >"$each.sha1"
    done
}
broken=0
# breaks WHAT THE RULE SAYS, COMMAND to run in the folder of a copy
breaks() {
    local rule=$1 said
    shift
    rm -rf "$out/broken"
    mkdir "$out/broken"
    cp -r "$out/repository/." "$out/broken"
    (cd "$out/broken/$artifacts" && "$@")
    if said=$(check "$out/broken") || ! grep -qF "$rule" <<<"$said"; then
        printf 'rehearsal: %s: nobody says "%s", but:\n%s\n' "$*" "$rule" "$said" >&2
        exit 1
    fi
    broken=$((broken + 1))
}
stem=mnist-native-$version
platform_jar=$stem-${platforms[0]}.jar
without() { # ELEMENT of the POM
    perl -0pi -e "s{<$1>.*?</$1>}{}s" "$stem.pom"
    again "$stem.pom"
}
with() { # PATTERN REPLACEMENT of the POM
    perl -0pi -e "s{$1}{$2}" "$stem.pom"
    again "$stem.pom"
}
repacked() { # JAR COMMAND in what it holds
    local jar=$PWD/$1 folder
    shift
    folder=$(mktemp -d -p "$out/broken")
    (cd "$folder" && jar --extract --file "$jar" && "$@" && rm "$jar" && jar --create --no-manifest --file "$jar" .)
    rm -r "$folder"
    again "$(basename "$jar")"
}
other_bytes() { printf x >>"$1"; }
for end in .pom .jar -sources.jar -javadoc.jar -data.jar "-${platforms[0]}.jar" -cyclonedx.json; do
    breaks "$stem$end is missing" rm "$stem$end"
done
breaks "$stem.jar.asc is missing" rm "$stem.jar.asc"
breaks "$stem.jar.sha1 is missing" rm "$stem.jar.sha1"
breaks "nobody asked for [stray.txt]" touch stray.txt
breaks "$stem-sources.jar.sha1 is another file's" other_bytes "$stem-sources.jar"
breaks "$stem-sources.jar.asc does not sign it" other_bytes "$stem-sources.jar"
for element in name description url licenses developers scm; do
    breaks "the POM has no $element" without "$element"
done
breaks 'has no value: ${mn.url}' with '<mn.url>.*?</mn.url>' ''
breaks 'is of another version' with "<version>\Q$version\E</version>" '<version>9</version>'
breaks 'is no release' with '<slf4j.version>.*?<' '<slf4j.version>1-SNAPSHOT<'
breaks 'the POM has repositories' with '<properties>' '<repositories><repository/></repositories><properties>'
breaks 'the library has no module-info' repacked "$stem.jar" mv module-info.class dev/mnistnative/module-info.class
breaks 'the library has other.class' repacked "$stem.jar" touch other.class
breaks 'no licence or notice' repacked "$platform_jar" rm META-INF/NOTICE
breaks 'libraries.sha256 has another hash' repacked "$platform_jar" bash -c 'printf x >>"$(find . -name "*jni*")"'
breaks 'libraries.sha256 lacks' repacked "$platform_jar" find . -name libraries.sha256 -delete
breaks 'of MNIST' repacked "$stem-data.jar" bash -c 'rm "$(find . -name "*.gz" | head -1)"'
breaks 'the sources lack' repacked "$stem-sources.jar" rm dev/mnistnative/train/Trainer.java
breaks 'which the library has not' repacked "$stem-sources.jar" touch dev/mnistnative/Nothing.java
breaks 'the javadoc has [' repacked "$stem-javadoc.jar" rm dev.mnistnative/dev/mnistnative/model/package-summary.html
less_in_the_bill() {
    sed -i 's/fastcsv/another/' "$stem-cyclonedx.xml"
    again "$stem-cyclonedx.xml"
}
breaks 'the bill of materials lacks de.siegmar/fastcsv' less_in_the_bill
echo "rehearsal: $version for ${platforms[*]} keeps Central's rules; $broken broken copies were noticed"

left=()
if grep -q '<mn.url>.*\.invalid<' pom.xml; then left+=("mn.url in pom.xml is a placeholder"); fi
if grep -q "^## $version (unreleased)" CHANGELOG.md; then left+=("CHANGELOG.md gives $version no date"); fi
if [ "${#platforms[@]}" -lt 2 ]; then left+=("natives of ${platforms[*]} alone (-Dmn.platforms)"); fi
for each in "${left[@]}"; do echo "rehearsal: left to do before a release: $each"; done
[ -z "$final" ] || [ "${#left[@]}" = 0 ]
