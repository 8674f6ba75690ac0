#!/bin/sh
# trial.sh FILE.deb: the package on a Debian of its own, which is made in a new folder and thrown away. First on a bare one: it is
# installed, used as its README says, upgraded, removed, purged and installed again. Then with systemd, which is booted there: a nightly job
# under the package's own units, against a simulated service, is run, stopped, killed, upgraded under way and removed.
# It takes some six minutes on a quiet machine, most of them for making the Debian: with BARE=FOLDER, one that
# debootstrap --variant=minbase made before, that is copied.
#
# It needs root, debootstrap and systemd-nspawn (Debian: debootstrap, systemd-container), dpkg-deb and Debian's packages, else it says so
# and ends with 77. In the container the booted system has no network but its own loopback. Nothing stays mounted.
set -eu

tell() { echo "$(date -u +%H:%M:%S) $*"; }
fail() { echo "FAILED: $*"; exit 1; }

# same NAME WANT GOT
same() { [ "$2" = "$3" ] || fail "$1 is '$3', want '$2'"; }

# holds TEXT WORDS
holds() { case $1 in *"$2"*) ;; *) fail "no '$2' in: $1" ;; esac }

# as_service gives a command as the user of the service.
as_service() { setpriv --reuid=meetbatch --regid=meetbatch --init-groups env -C /var/lib/meetbatch HOME=/var/lib/meetbatch "$@"; }

# folders checks whose the package's folders are.
folders() {
	same "the mode of /etc/meetbatch" "root:meetbatch 750" "$(stat -c '%U:%G %a' /etc/meetbatch)"
	same "the mode of /var/lib/meetbatch" "meetbatch:meetbatch 750" "$(stat -c '%U:%G %a' /var/lib/meetbatch)"
}

# --- on a bare Debian, as its root ---
bare() {
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
	apt-get -qq update
	apt-get -qq install -y /trial/old.deb >/trial/apt.log 2>&1 || { cat /trial/apt.log; fail "apt-get install"; }
	folders
	tell "installed: $(meetbatch --version), $(getent passwd meetbatch)"
	for timer in /etc/systemd/system/*.wants/meetbatch*; do [ ! -L "$timer" ] || fail "$timer is enabled by the package"; done

	apt-get -qq install -y --no-install-recommends man-db bash-completion zsh fish >/trial/apt.log 2>&1 || { cat /trial/apt.log; fail "apt-get install man-db"; }
	holds "$(man -P cat meetbatch 2>&1)" "meetbatch reclaim"
	holds "$(bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader meetbatch; complete -p meetbatch')" meetbatch
	holds "$(zsh -fc 'autoload -U compinit; compinit -u -D; print -- $_comps[meetbatch]')" _meetbatch
	holds "$(fish -c 'complete -C "meetbatch rec"')" reclaim
	tell "the man page is found, and so are completions by bash, zsh and fish"

	code=0
	as_service meetbatch reclaim --sandbox --max-invalid 100% --out demo /usr/share/doc/meetbatch/examples/rooms.csv >/trial/demo.log 2>&1 || code=$?
	same "the exit code of README's first run" 1 $code
	as_service meetbatch verify demo 2>&1

	apt-get -qq install -y /trial/new.deb >/trial/apt.log 2>&1 || { cat /trial/apt.log; fail "upgrade"; }
	same "the version after an upgrade" "$(dpkg-deb -f /trial/new.deb Version)" "$(dpkg-query -W -f '${Version}' meetbatch)"
	folders
	as_service meetbatch verify demo 2>/dev/null
	echo MEETBATCH_REGION=intl >/etc/meetbatch/acme.env
	said=$(dpkg --remove meetbatch 2>&1)
	[ ! -e /usr/bin/meetbatch ] || fail "the program outlives its removal"
	said=$(dpkg --purge meetbatch 2>&1)
	holds "$said" "meetbatch: /etc/meetbatch is left as it is"
	holds "$said" "meetbatch: /var/lib/meetbatch is left as it is"
	for file in /etc/meetbatch/acme.env /var/lib/meetbatch/demo/results.csv; do [ -e $file ] || fail "purge removes $file, which is not the package's"; done
	tell "upgraded, removed and purged: profiles and runs stay, and are named"
	rm -r /etc/meetbatch /var/lib/meetbatch
	dpkg --install /trial/old.deb >/dev/null
	folders
	dpkg --verify meetbatch
	said=$(dpkg --purge meetbatch 2>&1)
	for dir in /etc/meetbatch /var/lib/meetbatch /usr/share/doc/meetbatch; do [ ! -e $dir ] || fail "an empty $dir outlives the purge"; done
	apt-get -qq install -y --no-install-recommends systemd systemd-sysv dbus /trial/old.deb >/trial/apt.log 2>&1 || { cat /trial/apt.log; fail "apt-get install systemd"; }
	folders
	tell "installed again, beside systemd"
}

# --- on a Debian that systemd has booted, without a network ---

# service starts the simulated service anew.
service() {
	systemctl stop service.service 2>/dev/null || :
	rm -f /trial/service.log
	systemd-run --quiet --collect --unit=service meetbatch sandbox --addr 127.0.0.1:8080 --directory /trial/users.csv --log /trial/service.log
	until bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080' 2>/dev/null; do sleep 0.2; done
}

# export_of N DAY [ACCOUNT]: that night's export, of N accounts and one more, put in its place as an export should be.
export_of() {
	awk -v n="$1" 'BEGIN { print "account"; for (i = 1; i <= n; i++) print "person" i }' >/trial/leavers.csv
	[ -z "${3:-}" ] || echo "$3" >>/trial/leavers.csv
	install -o meetbatch -g meetbatch -m 0640 /trial/leavers.csv /var/lib/meetbatch/acme/.new
	touch -d "2026-11-$2 23:58:00Z" /var/lib/meetbatch/acme/.new
	mv /var/lib/meetbatch/acme/.new /var/lib/meetbatch/acme/leavers.csv
}

get() { systemctl show -P "$1" "${2:-meetbatch@acme.service}"; }

# over waits until the job is over, and says how it ended.
over() {
	i=0
	while [ "$(get ActiveState)" = active ] || [ "$(get ActiveState)" = activating ] || [ "$(get ActiveState)" = deactivating ]; do
		i=$((i + 1)); [ $i -lt 600 ] || fail "the job does not end"
		sleep 0.2
	done
	echo "$(get ActiveState) $(get ExecMainStatus)"
}

# sent waits until the service has had N requests that change something.
sent() {
	i=0
	until [ "$(grep -c '"method":"PUT"' /trial/service.log 2>/dev/null || :)" -ge "$1" ]; do
		i=$((i + 1)); [ $i -lt 600 ] || fail "nothing is sent: $(journalctl -u 'meetbatch@acme' -o cat | tail -5)"
		sleep 0.1
	done
}

# night checks by the run's own files and by the service's log that a run is whole, and how many requests were repeated at most.
night() {
	holds "$(as_service meetbatch verify "acme/runs/leavers-$1T235800Z" 2>&1)" "every row has exactly one result"
	times=$(grep -c '"method":"PUT"' /trial/service.log)
	if [ "$times" -lt "$2" ] || [ "$times" -gt $(($2 + $3)) ]; then fail "$times requests for $2 accounts"; fi
}

booted() {
	awk 'BEGIN { print "account,user_status,third_account"; for (i = 1; i <= 100; i++) printf "u%d@corp.example,0,person%d\n", i, i }' >/trial/users.csv
	sed -e '/REGION/d' -e 's/^MEETBATCH_APP_ID=.*/MEETBATCH_APP_ID=sandbox/' -e 's,^MEETBATCH_RATE=.*,MEETBATCH_RATE=8/1s,' /usr/share/doc/meetbatch/examples/acme.env >/etc/meetbatch/acme.env
	printf 'MEETBATCH_ENDPOINT=http://127.0.0.1:8080\nMEETBATCH_CHUNK=1\n' >>/etc/meetbatch/acme.env
	chgrp meetbatch /etc/meetbatch/acme.env && chmod 0640 /etc/meetbatch/acme.env
	(umask 077 && echo sandbox-key >/etc/meetbatch/acme.key)
	install -d -o meetbatch -g meetbatch -m 0750 /var/lib/meetbatch/acme
	mkdir -p /run/systemd/system/meetbatch@.service.d /run/systemd/system/meetbatch@.timer.d
	# In place of ten minutes, and of four starts in half a day.
	printf '[Unit]\nStartLimitBurst=20\n[Service]\nRestartSec=1s\n' >/run/systemd/system/meetbatch@.service.d/trial.conf
	printf '[Timer]\nRandomizedDelaySec=0\nOnBootSec=\nOnBootSec=1s\n' >/run/systemd/system/meetbatch@.timer.d/trial.conf
	systemctl daemon-reload
	systemd-analyze verify meetbatch@acme.service meetbatch@acme.timer
	tell "$(systemd-analyze security --no-pager meetbatch@acme.service | tail -1)"

	# A night, begun by its timer; then the same again, as after a boot.
	service; export_of 40 28
	systemctl --quiet enable --now meetbatch@acme.timer
	sent 1
	same "the night's end" "inactive 0" "$(over)"
	night 20261128 40 0
	same "whose the run is" "meetbatch:meetbatch 640" "$(stat -c '%U:%G %a' /var/lib/meetbatch/acme/runs/leavers-20261128T235800Z/results.csv)"
	systemctl start meetbatch@acme.service
	same "the same night again" "inactive 0" "$(over)"
	night 20261128 40 0
	tell "a night by its timer: 40 accounts with $times requests, and none the second time"

	# Stopped in mid-run, begun again, and the same with a kill, which systemd mends by itself.
	service; export_of 40 29
	systemctl start meetbatch@acme.service; sent 8
	systemctl stop meetbatch@acme.service 2>/dev/null # it warns that the timer can start it again
	same "a job that was stopped" "inactive 5" "$(over)"
	systemctl start meetbatch@acme.service; sent 16
	systemctl kill --signal=KILL meetbatch@acme.service; sleep 2
	same "the end after a stop and a kill" "inactive 0" "$(over)"
	same "how often systemd has begun it anew" 1 "$(get NRestarts)"
	night 20261129 40 8
	tell "stopped and killed: 40 accounts with $times requests"

	# A row that fails wants a person.
	service; export_of 5 30 missing-person
	systemctl start meetbatch@acme.service
	same "a night with an account that is not there" "failed 1" "$(over)"
	tell "a night with an account that is not there leaves the unit failed, to be seen"
	systemctl reset-failed meetbatch@acme.service

	# An upgrade lets a run end; a removal stops it, and the next start once the package is there again goes on with it.
	sed -i 's,^MEETBATCH_RATE=.*,MEETBATCH_RATE=2/1s,' /etc/meetbatch/acme.env # dpkg takes its time
	rm /var/lib/meetbatch/acme/budget
	service; export_of 80 27
	systemctl start meetbatch@acme.service; sent 1
	pid=$(get MainPID)
	dpkg --install /trial/new.deb >/dev/null
	same "the process after an upgrade" "$pid" "$(get MainPID)"
	dpkg --remove meetbatch >/dev/null 2>&1
	same "a job whose package is removed" inactive "$(get ActiveState)"
	stopped=$(grep -c '"method":"PUT"' /trial/service.log)
	[ "$stopped" -lt 80 ] || fail "the job was over before the package was removed"
	dpkg --install /trial/new.deb >/dev/null
	same "the timer after a new installation" active "$(get ActiveState meetbatch@acme.timer)"
	systemctl start meetbatch@acme.service; sent $((stopped + 1))
	same "the end after all that" "inactive 0" "$(over)"
	night 20261127 80 0
	tell "upgraded under way, and removed after $stopped requests: 80 accounts with $times requests"
	said=$(dpkg --purge meetbatch 2>&1)
	holds "$said" "/var/lib/meetbatch is left as it is"
	[ ! -L /etc/systemd/system/timers.target.wants/meetbatch@acme.timer ] || fail "a timer outlives the purge"
	tell "purged"
}

case ${1:-} in
--bare) bare; exit ;;
--booted)
	code=0; (set -e; booted) || code=$?
	[ $code = 0 ] || journalctl --no-pager -b -o cat -u 'meetbatch@*' | tail -40
	echo $code >/trial/code
	systemctl --no-block poweroff
	exit ;;
esac

# --- on the machine itself ---
deb=${1:?which package? trial.sh FILE.deb}
[ "$(id -u)" = 0 ] || { echo "skipped: a container needs root"; exit 77; }
for program in debootstrap systemd-nspawn dpkg-deb; do
	command -v "$program" >/dev/null || { echo "skipped: $program is missing"; exit 77; }
done
d=$(mktemp -d "${TMPDIR:-/tmp}/meetbatch-debian.XXXXXX")
root=$d/root
finish() {
	code=$?
	trap - EXIT INT TERM
	if [ "$code" = 0 ]; then rm -rf "$d"; else tell "failed ($code); what there is of it is in $d"; fi
	exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

if [ -n "${BARE:-}" ]; then cp -a "$BARE" "$root"; else debootstrap --variant=minbase bookworm "$root" >"$d/debootstrap.log"; fi
tell "a bare Debian $(cat "$root/etc/debian_version") is in $root"
mkdir "$root/trial"
cp "$0" "$root/trial/trial.sh"
cp "$deb" "$root/trial/old.deb"
# A later version of the package, of the same program.
dpkg-deb -R "$deb" "$d/new"
sed -i 's/^Version: .*/Version: 99.0.1/' "$d/new/DEBIAN/control"
dpkg-deb --root-owner-group -b "$d/new" "$root/trial/new.deb" >/dev/null
chmod 644 "$root"/trial/*.deb

contain() { systemd-nspawn --quiet --register=no --keep-unit --directory="$root" "$@"; }
contain --pipe /bin/sh /trial/trial.sh --bare </dev/null
cat >"$root/etc/systemd/system/trial.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
ExecStart=/bin/sh /trial/trial.sh --booted
StandardOutput=file:/trial/booted.log
StandardError=inherit
[Install]
WantedBy=default.target
UNIT
mkdir -p "$root/etc/systemd/system/graphical.target.wants"
ln -s ../trial.service "$root/etc/systemd/system/graphical.target.wants/trial.service"
contain --private-network --boot </dev/null >"$d/boot.log" 2>&1 || :
cat "$root/trial/booted.log"
[ "$(cat "$root/trial/code" 2>/dev/null)" = 0 ] || exit 1
echo passed
