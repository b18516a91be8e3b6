#!/usr/bin/env bash
# The demo: a site in a folder of its own, a result deposited by a laboratory, collected by a hospital, and
# what is left of it on the disk and in the ledger. Called by `./dev run`, which builds the programs first.
set -euo pipefail

usage="usage: demo.sh PROGRAMS [--once] [--site FOLDER]   PROGRAMS: the build folder with daemon/ and admin/"
demo=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=$(cd "${1:?$usage}" && pwd)
shift
once=no
site=
while (($#)); do
    case $1 in
    --once) once=yes ;;
    --site) site=${2:?$usage}; shift ;;
    *) echo "$usage" >&2; exit 2 ;;
    esac
    shift
done
[[ ! -e $site ]] || { echo "$site is there already: name a new folder" >&2; exit 2; }

start_limit_seconds=15
daemon_pid=
done=no

step() {
    if [[ -t 1 ]]; then printf '\n\033[1m== %s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}
say() { printf '   %s\n' "$*"; }
shown() { sed 's/^/   /'; }
fail() { echo; echo "The demo failed: $*" >&2; exit 1; }
consign() { "$programs/admin/consign" -c "$site/consign.yaml" "$@"; }
sftp_client() { sftp -q -F "$site/ssh_config" -b - "$1"; }

stop_daemon() {
    [[ -n $daemon_pid ]] || return 0
    kill -TERM "$daemon_pid" 2>/dev/null || true
    daemon_code=0
    wait "$daemon_pid" || daemon_code=$?
    daemon_pid=
}

at_exit() {
    local code=$?
    [[ $done == no ]] || return 0
    stop_daemon
    echo "The demo ended early (exit code $code); its daemon is stopped." >&2
    [[ -z $site ]] || echo "What there is to look at: $site (consignd's log is consignd.log there)" >&2
}
trap at_exit EXIT

make_site() {
    if [[ -z $site ]]; then
        site=$(mktemp -d "${TMPDIR:-/tmp}/consign-demo-XXXX")
    else
        mkdir -m 0700 "$site"
        site=$(cd "$site" && pwd)
    fi
    consign init 2>&1 | shown
    rm -f "$site"/policy.d/*.yaml
    cp "$demo/consign.yaml" "$site/consign.yaml"
    cp "$demo/policy.yaml" "$site/policy.d/10-demo.yaml"
    mkdir -p "$site/keys/clients"
    for account in lab-biomed hopital-nord; do
        ssh-keygen -q -t ed25519 -N '' -C "$account" -f "$site/keys/clients/$account"
    done
    make_certificates
    say "three accounts, two with a key and one with a certificate, and one route between them: $site/policy.d/10-demo.yaml"
}

# An authority of the demo's own, the server's certificate, and that of the laboratory's analyser.
make_certificates() {
    local tls=$site/tls name subject
    mkdir -m 0700 "$tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=Demo CA' \
        -keyout "$tls/ca.key" -out "$tls/ca.pem" 2>/dev/null
    for name in server analyser-7; do
        subject=/CN=localhost
        [[ $name == server ]] || subject=/O=Nova/CN=$name
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$subject" \
            -keyout "$tls/$name.key" -out "$tls/$name.csr" 2>/dev/null
        openssl x509 -req -in "$tls/$name.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -days 2 -out "$tls/$name.pem" \
            -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') 2>/dev/null
    done
}

start_daemon() {
    "$programs/daemon/consignd" -c "$site/consign.yaml" </dev/null >/dev/null 2>"$site/consignd.log" &
    daemon_pid=$!
    local status='' end=$((SECONDS + start_limit_seconds))
    until status=$(consign status --json 2>/dev/null) && [[ $status =~ demo-sftp[^}]*\"port\":([0-9]+) ]]; do
        kill -0 "$daemon_pid" 2>/dev/null || { shown <"$site/consignd.log"; fail "consignd ended at once"; }
        ((SECONDS < end)) || fail "consignd does not answer after $start_limit_seconds seconds"
        sleep 0.1
    done
    port=${BASH_REMATCH[1]}
    [[ $status =~ demo-ftps[^}]*\"port\":([0-9]+) ]] || fail "consignd does not listen for FTPS"
    ftps_port=${BASH_REMATCH[1]}
    say "consignd runs as process $daemon_pid and listens on 127.0.0.1, for SFTP on port $port, for FTPS on port $ftps_port"
}

# The clients trust this daemon's host key alone, and know nothing of the user's own configuration.
write_client_configuration() {
    printf '[127.0.0.1]:%s %s\n' "$port" "$(ssh-keygen -y -f "$site/keys/ssh_host_ed25519_key")" >"$site/known_hosts"
    for account in lab-biomed hopital-nord; do
        cat <<CONFIG
Host $account
    HostName 127.0.0.1
    Port $port
    User $account
    IdentityFile "$site/keys/clients/$account"
    IdentitiesOnly yes
    UserKnownHostsFile "$site/known_hosts"
    StrictHostKeyChecking yes
CONFIG
    done >"$site/ssh_config"
}

show_sealed() {
    local row sealed
    row=$(consign files ls --json /labs/biomed/in)
    [[ $row =~ \"stream\":\"([0-9a-f]+)\" ]] || fail "the catalog does not list the file"
    sealed=$(find "$site/data" -type f -name "${BASH_REMATCH[1]}")
    [[ -n $sealed ]] || fail "there is no sealed file ${BASH_REMATCH[1]}"
    say "as the laboratory sent it (etc/demo/result.hl7):"
    hexdump -C -n 64 "$demo/result.hl7" | shown
    say "as it lies on the disk, under a name that tells no more than when it came (${sealed#"$site/"}), from its first sealed chunk on:"
    hexdump -C -s 4096 -n 64 "$sealed" | shown
    if grep -rqaF EXEMPLE "$site/data"; then fail "the patient's name stands in clear under $site/data"; fi
    say "the patient's name is found in no file under $site/data"
}

next_commands() {
    local here
    printf -v here '%q' "$site"
    cat <<NEXT

   sftp -F $here/ssh_config lab-biomed       # the laboratory's side: put FILE.hl7 in/
   sftp -F $here/ssh_config hopital-nord     # the hospital's: ls -l out, get out/FILE.hl7, rm out/FILE.hl7
   curl --ssl-reqd --cacert $here/tls/ca.pem --cert $here/tls/analyser-7.pem --key $here/tls/analyser-7.key \\
        --user lab-nova: -T FILE.hl7 ftp://127.0.0.1:$ftps_port/in/     # the other laboratory's
   alias consign='$programs/admin/consign -c $here/consign.yaml'
   consign status
   consign files ls -R /
   consign audit events --account lab-biomed
   consign audit events --outcome refused
   consign audit verify
   \$EDITOR $here/policy.d/10-demo.yaml && consign check
   tail -f $here/consignd.log
   kill $daemon_pid && rm -r $here         # the end of it
NEXT
}

step "A site of its own: configuration, keys, policy"
make_site

step "The policy is checked whole before anything runs (consign check)"
consign check 2>&1 | shown

step "The daemon starts"
start_daemon
write_client_configuration

step "A laboratory deposits a result over SFTP (stock sftp, HL7 v2 ORU^R01, $(stat -c %s "$demo/result.hl7") bytes)"
sftp_client lab-biomed <<<"put $demo/result.hl7 in/result.hl7" | shown
say "deposited as /labs/biomed/in/result.hl7; the route gave it a second name in the hospital's folder"

step "Another laboratory deposits over FTPS, and logs in by its certificate (stock curl)"
curl -sS --ssl-reqd --cacert "$site/tls/ca.pem" --cert "$site/tls/analyser-7.pem" --key "$site/tls/analyser-7.key" \
    --user lab-nova: -T "$demo/result.hl7" "ftp://127.0.0.1:$ftps_port/in/nova.hl7" || fail "curl ended with $?"
say "deposited as /labs/nova/in/nova.hl7, over a data connection that resumed the control connection's TLS session"

step "The hospital looks, and collects both (stock sftp)"
sftp_client hopital-nord <<<"ls -l out
get out/result.hl7 $site/collected.hl7
get out/nova.hl7 $site/collected-nova.hl7" | shown

step "They are compared, byte for byte"
for collected in collected.hl7 collected-nova.hl7; do
    cmp "$demo/result.hl7" "$site/$collected" || fail "$collected differs"
done
say "identical: $(sha256sum <"$site/collected.hl7" | cut -d' ' -f1)"

step "The original, and what stands on the disk"
show_sealed

step "The ledger: who was here (consign audit sessions)"
consign audit sessions | shown

step "The ledger: what they did, and the rule that let them (consign audit events)"
consign audit events | shown

if [[ $once == yes ]]; then
    step "The end (--once): the daemon drains and stops, the folder is removed"
    stop_daemon
    ((daemon_code == 0)) || fail "consignd ended with exit code $daemon_code"
    rm -r "$site"
    done=yes
    say "consignd ended with exit code 0"
else
    disown "$daemon_pid"
    done=yes
    step "The daemon goes on running; what to try next"
    next_commands
fi
