#!/bin/busybox sh
# The first process of the guest whose memory bench/codec measures: make_vm_snapshots.py puts it into the guest's file
# system. It works as a small server would: records are made, sorted and packed, a table in memory is updated for ever,
# files are copied, packed, looked through and thrown away. On the serial line it says when a snapshot is due and waits
# for an answer, with its work going on beside it. The kernel hands over seed= and work_mb= in the environment.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t tmpfs -o size=70% none /scratch
seed=${seed:-1}
work_mb=${work_mb:-64}

snapshot() {
  echo "snapshot $1"
  read -r answer
}

# Records as a program would write them: numbers, names, addresses, times.
make_records() {
  awk -v seed="$1" -v count="$2" 'BEGIN {
    srand(seed)
    split("ada boole cantor dirac euler fermat gauss hilbert jacobi klein lagrange markov noether pascal", names, " ")
    split("opened closed delayed paid refused returned shipped", states, " ")
    for (i = 0; i < count; i++) {
      name = names[1 + int(rand() * 14)]
      printf "%08d,%s.%s%d@example.org,%s,%d.%02d,2024-%02d-%02dT%02d:%02d:%02d,%08x%08x\n", rand() * 1e8, name,
        names[1 + int(rand() * 14)], rand() * 1000, states[1 + int(rand() * 7)], rand() * 5000, rand() * 100,
        1 + rand() * 12, 1 + rand() * 28, rand() * 24, rand() * 60, rand() * 60, rand() * 4294967295, rand() * 4294967295
    }
  }'
}

# Keeps the last records of a folder that may hold so many files.
prune() {
  ls -t "$1" | tail -n +"$2" | while read -r old; do rm -f "$1/$old"; done
}

work_on_records() {
  mkdir -p /scratch/records /scratch/packed
  round=0
  while :; do
    round=$((round + 1))
    make_records $((seed * 1000 + round)) 6000 >/scratch/records/$round.csv
    sort -t, -k2 /scratch/records/$round.csv >/scratch/records/$round.sorted
    cut -d, -f3,4 /scratch/records/$round.csv | awk -F, '{ sum[$1] += $2 } END { for (s in sum) print s, sum[s] }'
    gzip -c /scratch/records/$round.csv >/scratch/packed/$round.gz
    prune /scratch/records $((work_mb / 2))
    prune /scratch/packed $((work_mb / 2))
  done >/scratch/sums.log
}

# A table in the memory of one process, as a database's or a cache's.
work_on_table() {
  awk -v seed="$seed" -v entries=$((work_mb * 3000)) 'BEGIN {
    srand(seed)
    for (i = 0; i < entries; i++) table[i] = sprintf("row %d of %x", i, rand() * 4294967295)
    for (;;) {
      i = int(rand() * entries * (rand() < 0.8 ? 0.05 : 1))
      table[i] = sprintf("%s %x", substr(table[i], 1, 40), rand() * 4294967295)
      if (i % 97 == 0) delete table[i]
      if (++updates % 20000 == 0) { print updates, i, table[i]; fflush() }
    }
  }' >/scratch/table.log
}

work_on_files() {
  mkdir -p /scratch/files
  find /lib -type f | sort >/scratch/names
  count=$(wc -l </scratch/names)
  round=0
  while :; do
    round=$((round + 1))
    name=$(sed -n "$(((seed * 7919 + round * 104729) % count + 1))p" /scratch/names)
    case $((round % 5)) in
      0) gzip -c "$name" >/scratch/files/$round.gz ;;
      1) strings "$name" | sort | uniq -c | sort -rn | head -200 >/scratch/files/$round.words ;;
      2) cp "$name" /scratch/files/$round.copy ;;
      3) sed 's/static/dynamic/g' "$name" >/scratch/files/$round.edited ;;
      4) sha256sum "$name" >>/scratch/sums ;;
    esac
    prune /scratch/files $((work_mb * 2))
  done
}

work_on_processes() {
  while :; do
    ps -o pid,vsz,args >/scratch/processes
    cat /proc/*/status 2>/dev/null | awk '{ seen[$1]++ } END { for (s in seen) print s, seen[s] }' >/scratch/states
    find /sys/kernel /proc/sys -type f 2>/dev/null | head -400 | while read -r path; do echo "$path"; done | md5sum
    usleep 200000
  done >/scratch/watch.log
}

keep_a_log() {
  while :; do
    echo "$(date) load $(cat /proc/loadavg)" >>/scratch/heartbeat.log
    sleep 1
  done
}

# What a server has read and made by the time it has run for a while.
fill_memory() {
  mkdir -p /scratch/store
  find /lib -type f | sort >/scratch/lib.names
  awk 'NR % 3 == 0' /scratch/lib.names | tar -c -T - 2>/dev/null | gzip -1 >/scratch/store/lib.tar.gz
  awk 'NR % 3 == 1' /scratch/lib.names | while read -r name; do strings -n 6 "$name"; done >/scratch/store/texts
  for part in 1 2 3 4 5 6; do make_records $((seed * 77 + part)) $((work_mb * 250)) >/scratch/store/records.$part; done
  sort -t, -k3 /scratch/store/records.[12] >/scratch/store/by_state
  rm /scratch/store/records.1
}

stty -F /dev/ttyS0 -echo 2>/dev/null
keep_a_log &
sleep 2
snapshot idle
sleep 5
snapshot idle_5s
fill_memory
work_on_records &
work_on_table &
work_on_files &
work_on_processes &
sleep 30
snapshot busy
sleep 5
snapshot busy_5s
sleep 10
snapshot busy_15s
sleep 45
snapshot busy_60s
echo "done"
while :; do sleep 60; done
