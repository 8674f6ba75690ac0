#!/bin/sh
# trial.sh: meetbatch.sbatch on a real Slurm, on this machine alone: a controller and two nodes as processes, a Redis for the
# budget, and a simulated service. A node is killed in mid-run; Slurm gives its shards to the other one. Checked are the
# rows, the budget by the service's own log, and how many requests were repeated. It takes about seven minutes.
#
# It needs root (slurmd does), meetbatch in PATH, and slurmctld, slurmd, munged and redis-server (Debian: slurm-wlm, munge,
# redis-server; none of their services has to run), else it says so and ends with 77. All that it writes is in one new folder
# below TMPDIR, which it names; all that it starts listens on 127.0.0.1, and is ended by its process ID.
set -eu

accounts=8000 rate=20 workers=4 port=${PORT:-17801}

here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
for program in meetbatch slurmctld slurmd sbatch munged redis-server pgrep; do
	command -v "$program" >/dev/null || { echo "skipped: $program is missing"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: slurmd needs root"; exit 77; }

d=$(mktemp -d "${TMPDIR:-/tmp}/meetbatch-slurm.XXXXXX")
chmod 755 "$d" # munged refuses a folder that its clients cannot enter
mkdir "$d/state" "$d/run" "$d/runs"
cd "$d"
echo "in $d"

tell() { echo "$(date -u +%H:%M:%S) $*"; }

# tree prints the IDs of a process and of all below it.
tree() {
	echo "$1"
	for child in $(pgrep -P "$1"); do tree "$child"; done
}

# steps prints the IDs of the processes of a node's jobs, all below them too.
steps() {
	for job in $(squeue -h -w "$1" -t running -o %A 2>/dev/null); do
		for step in $(pgrep -f "^slurmstepd: \[$job\."); do tree "$step"; done
	done
}

# shellcheck disable=SC2317 # a trap calls it
finish() {
	code=$?
	trap - EXIT INT TERM
	scancel --state=pending 2>/dev/null || :
	for pid in $(steps n1; steps n2) $(cat run/*.pid 2>/dev/null); do kill -9 "$pid" 2>/dev/null || :; done
	[ "$code" = 0 ] || tell "failed ($code); logs are in $d"
	exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

# A cluster of two nodes.
export SLURM_CONF="$d/slurm.conf"
cat >slurm.conf <<CONF
ClusterName=trial
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$((port + 2))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$d/run/munge.sock
StateSaveLocation=$d/state
SlurmdSpoolDir=$d/spool-%n
SlurmctldPidFile=$d/run/slurmctld.pid
SlurmdPidFile=$d/run/slurmd-%n.pid
SlurmctldLogFile=$d/slurmctld.log
SlurmdLogFile=$d/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SlurmdTimeout=15
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 3)) CPUs=4 RealMemory=1000
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 4)) CPUs=4 RealMemory=1000
PartitionName=main Nodes=n1,n2 Default=YES LLN=YES MaxTime=INFINITE State=UP
CONF
(umask 077; head -c 128 /dev/urandom >munge.key)
munged --key-file "$d/munge.key" --socket "$d/run/munge.sock" --pid-file "$d/run/munged.pid" --seed-file "$d/munge.seed" --log-file "$d/munged.log"
slurmctld -f slurm.conf
slurmd -N n1 -f slurm.conf
slurmd -N n2 -f slurm.conf
redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$d" >redis.log &
echo $! >run/redis.pid
meetbatch sandbox --addr "127.0.0.1:$((port + 1))" --latency 20ms..80ms --log service.log >sandbox.log 2>&1 &
echo $! >run/sandbox.pid
i=0
until [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 2 ]; do
	i=$((i + 1)); [ $i -lt 60 ] || { sinfo; exit 1; }
	sleep 1
done

# One room of each account, and the profile that all share.
awk -v n=$accounts 'BEGIN { print "account,vmr_id"; for (i = 1; i <= n; i++) printf "user%05d@corp.example,ff8080816b%022x\n", i, i }' >rooms.csv
echo sandbox >token && chmod 600 token
cat >trial.env <<PROFILE
MEETBATCH_ENDPOINT=http://127.0.0.1:$((port + 1))
MEETBATCH_TOKEN_FILE=$d/token
MEETBATCH_RATE=$rate/1s
MEETBATCH_WORKERS=$workers
MEETBATCH_BUDGET=redis://127.0.0.1:$port/trial
PROFILE

sbatch "$here/meetbatch.sbatch" "$d/trial.env" "$d/rooms.csv" "$d/runs" >/dev/null
until [ -s service.log ] && [ "$(squeue -h -t running -w n2 | wc -l)" = 2 ]; do
	i=$((i + 1)); [ $i -lt 120 ] || { squeue; exit 1; }
	sleep 1
done
tell "four shards of $accounts rows run under one budget of $rate a second, on $(squeue -h -t running -o %N | sort | xargs)"
sleep 30
killed=$(steps n2; cat run/slurmd-n2.pid)
# shellcheck disable=SC2086 # they are several
kill -9 $killed
down=$(date -u +%H:%M:%S)
tell "node n2 is killed: $(echo "$killed" | wc -w) processes"
until [ -z "$(squeue -h)" ]; do
	i=$((i + 1)); [ $i -lt 600 ] || { squeue; exit 1; }
	sleep 1
done
sed -n 's/^\[\([^]]*\)\] \(requeue job.*\)/slurmctld at \1: \2/p' slurmctld.log
tell "the queue is empty"

failed=0
meetbatch verify runs/1 runs/2 runs/3 runs/4 || failed=1

# The service's log: the moment and the target of each request, in the order of their moments.
sed 's/.*"time":"[^T]*T\([^Z]*\)Z".*"target":"\([^"]*\)".*/\1 \2/' service.log | awk -F '[: ]' '
	{ at = $1 * 3600 + $2 * 60 + $3; if (NR == 1) first = at; if (at < first - 43200) at += 86400; printf "%.6f %s\n", at, $4 }' | sort -n >requests
awk -v rate=$rate -v accounts=$accounts -v repeats=$((workers * 2)) -v down="$down" '
	BEGIN { split(down, t, ":"); down = t[1] * 3600 + t[2] * 60 + t[3] }
	{
		at[NR] = $1
		if (!seen[$2]++) rows++
		while (at[NR] - at[from + 1] >= 1) from++
		if (NR - from > most) most = NR - from
	}
	END {
		most_allowed = rate + 1 + 4
		if (down < at[1] - 43200) down += 86400
		for (i = 1; i <= NR; i++) {
			if (at[i] >= down - 20 && at[i] < down) four++
			if (at[i] >= down + 2 && at[i] < down + 22) two++
		}
		printf "requests: %d for %d accounts, %d repeated (at most %d: workers of the two shards that were killed)\n", NR, rows, NR - rows, repeats
		printf "a second: at most %d in any (at most %d: the rate, one, and one for each process that may be late); %.2f over the whole run, %.2f in the 20 s before the kill, %.2f by the two others from 2 s after it\n", most, most_allowed, (NR - 1) / (at[NR] - at[1]), four / 20, two / 20
		exit rows != accounts || NR - rows > repeats || most > most_allowed
	}' requests || failed=1
[ $failed = 0 ] && echo passed
exit $failed
