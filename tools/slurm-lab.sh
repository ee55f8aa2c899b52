#!/usr/bin/env bash
# A Slurm cluster on this machine, for tests and for trying: a controller and two nodes of two CPUs,
# under the user who starts it, in one folder, on free ports, without systemd and without slurmdbd.
set -euo pipefail

# The daemons stand in /usr/sbin, which is not in every user's PATH.
PATH=$PATH:/usr/sbin:/sbin

usage() {
  cat <<'END'
slurm-lab.sh start [FOLDER] [KEY=VALUE...]   starts a cluster; prints the line that points Slurm's commands at it
slurm-lab.sh status [FOLDER]                 says what its nodes and jobs do
slurm-lab.sh stop [FOLDER]                   ends its jobs and daemons, and removes the folder

FOLDER is /tmp/slurm-lab-USER if not given; several clusters can run at once in folders of their own.
KEY=VALUE replaces a line of slurm.conf, as in MinJobAge=10; KEY= leaves it out.
END
}

fail() {
  echo "slurm-lab: $1" >&2
  exit 2
}

require_slurm() {
  local program missing=()
  for program in munged slurmctld slurmd sbatch squeue scontrol; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ "${#missing[@]}" -eq 0 ] || fail "${missing[*]} not found. On Debian and Ubuntu: sudo apt-get install slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge"
}

# The pid in a daemon's pid file, if that process runs and is this lab's.
pid_of() {
  local pid
  pid=$(cat "$folder/run/$1.pid" 2>/dev/null) || return 1
  grep -qsaF "$folder/" "/proc/$pid/cmdline" && echo "$pid"
}

# Waits up to $1 seconds for the rest of the arguments to succeed as a command.
within() {
  local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  until "$@"; do
    [ "${EPOCHREALTIME/./}" -lt "$deadline" ] || return 1
    sleep 0.02
  done
}

is_free() { ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Three neighbouring ports that nobody listens on, below those that the system gives out.
free_ports() {
  local first
  while :; do
    first=$((20000 + RANDOM % 12000))
    if is_free "$first" && is_free $((first + 1)) && is_free $((first + 2)); then
      echo "$first"
      return
    fi
  done
}

write_conf() {
  local first=$1 user host setting key
  shift
  user=$(id -un)
  host=$(hostname -s)
  local lines=(
    "ClusterName=lab"
    "SlurmctldHost=$host(127.0.0.1)"
    "SlurmctldPort=$first"
    "SlurmUser=$user"
    "SlurmdUser=$user"
    "AuthType=auth/munge"
    "AuthInfo=socket=$folder/run/munge.socket"
    "StateSaveLocation=$folder/state"
    "SlurmdSpoolDir=$folder/spool/%n"
    "SlurmctldPidFile=$folder/run/slurmctld.pid"
    "SlurmdPidFile=$folder/run/%n.pid"
    "SlurmctldLogFile=$folder/log/slurmctld.log"
    "SlurmdLogFile=$folder/log/%n.log"
    "ProctrackType=proctrack/linuxproc"
    "TaskPlugin=task/none"
    "JobAcctGatherType=jobacct_gather/linux"
    "SwitchType=switch/none"
    "MpiDefault=none"
    "SelectType=select/cons_tres"
    "SelectTypeParameters=CR_Core_Memory"
    "DefMemPerCPU=200"
    "SchedulerParameters=batch_sched_delay=1,sched_interval=1,bf_interval=1"
    "SlurmdParameters=config_overrides"
    "ReturnToService=2"
    "AccountingStorageType=accounting_storage/none"
    "JobCompType=jobcomp/filetxt"
    "JobCompLoc=$folder/log/jobs.txt"
    "RequeueExit=75"
  )
  for setting in "$@"; do
    key=${setting%%=*}
    for index in "${!lines[@]}"; do
      [ "${lines[index]%%=*}" != "$key" ] || unset "lines[index]"
    done
    [ "$setting" = "$key=" ] || lines+=("$setting")
  done
  printf '%s\n' "${lines[@]}" \
    "NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((first + 1)) CPUs=2 RealMemory=4000" \
    "NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((first + 2)) CPUs=2 RealMemory=4000" \
    "PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP" >"$SLURM_CONF"
}

start_munge() {
  local run=$folder/run
  head -c 1024 /dev/urandom >"$run/munge.key"
  chmod 400 "$run/munge.key"
  munged --force --key-file="$run/munge.key" --socket="$run/munge.socket" \
    --pid-file="$run/munged.pid" --log-file="$folder/log/munged.log" --seed-file="$run/munge.seed"
}

start_slurm() {
  slurmctld -f "$SLURM_CONF" &&
    slurmd -f "$SLURM_CONF" -N n1 &&
    slurmd -f "$SLURM_CONF" -N n2 &&
    within 20 nodes_are_idle
}

nodes_are_idle() {
  [ "$(sinfo --noheader --Node --format=%T 2>/dev/null | grep -cx idle)" -eq 2 ]
}

start() {
  require_slurm
  if pid_of slurmctld >/dev/null; then fail "a cluster runs in $folder already"; fi
  [ ! -e "$folder" ] || [ -z "$(ls -A "$folder")" ] || fail "$folder is not empty"
  mkdir -p "$folder"
  : >"$marker"
  chmod 755 "$folder"
  mkdir -m 700 "$folder/run" "$folder/state"
  mkdir -p "$folder/log" "$folder/spool/n1" "$folder/spool/n2"
  chmod 711 "$folder/run"
  start_munge
  # Another lab may take the ports between the look and the start.
  local attempt
  for attempt in 1 2 3 4 5; do
    write_conf "$(free_ports)" "$@"
    if start_slurm >"$folder/log/start.log" 2>&1; then
      echo "export SLURM_CONF=$SLURM_CONF"
      return
    fi
    stop_daemons
  done
  tail -n 5 "$folder/log/start.log" "$folder/log/slurmctld.log" >&2 || true
  stop
  fail "the cluster did not start; its last words are above"
}

# What jobs of this lab left running: the steps' managers and all that bears a job's marks.
job_processes() {
  local environment pid
  for environment in /proc/[0-9]*/environ; do
    pid=${environment#/proc/}
    pid=${pid%/environ}
    if grep -qsz "^SLURM_JOB_ID=" "$environment" &&
      grep -qszFx "SLURM_CONF=$SLURM_CONF" "$environment"; then
      echo "$pid"
    elif grep -qsa "^slurmstepd" "/proc/$pid/cmdline" &&
      grep -qszFx "SLURM_CONF=$SLURM_CONF" "$environment"; then
      echo "$pid"
    fi
  done
}

stop_daemons() {
  local name pid
  for name in slurmctld n1 n2; do
    if pid=$(pid_of "$name"); then
      kill "$pid" 2>/dev/null || true
      within 5 is_gone "$pid" || kill -9 "$pid" 2>/dev/null || true
    fi
  done
}

# A process that has ended but that nobody has waited for has no command line left.
is_gone() { ! grep -qs . "/proc/$1/cmdline"; }

stop() {
  [ -f "$marker" ] || fail "no cluster in $folder"
  local pid
  stop_daemons
  for pid in $(job_processes); do kill -9 "$pid" 2>/dev/null || true; done
  if pid=$(pid_of munged); then
    kill "$pid"
    within 5 is_gone "$pid" || kill -9 "$pid"
  fi
  rm -rf "$folder"/{run,state,log,spool} "$SLURM_CONF" "$marker"
  rmdir --ignore-fail-on-non-empty "$folder"
}

status() {
  require_slurm
  pid_of slurmctld >/dev/null || fail "no cluster runs in $folder"
  echo "export SLURM_CONF=$SLURM_CONF"
  sinfo
  squeue
}

action=${1:-}
[ "$#" -eq 0 ] || shift
folder=/tmp/slurm-lab-$(id -un)
if [ "$#" -gt 0 ] && [[ $1 != [A-Za-z]*=* ]]; then
  folder=$(realpath -m -- "$1")
  shift
fi
[[ $folder =~ ^/[A-Za-z0-9._/-]{1,80}$ ]] ||
  fail "$folder: Slurm takes only folders of up to 80 letters, digits, '.', '_', '-' and '/'"
marker=$folder/.slurm-lab
export SLURM_CONF=$folder/slurm.conf

case $action in
  start) start "$@" ;;
  stop) stop ;;
  status) status ;;
  -h | --help | help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
