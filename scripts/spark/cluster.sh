#!/usr/bin/env bash
# A Spark cluster of one master and two workers on this machine's loopback,
# from the scripts that the pyspark package brings.
#   cluster.sh start DIR   logs and ids of processes go to DIR; prints the master's address
#   cluster.sh stop DIR
# PYTHON is the interpreter that has pyspark (default python3). Java 17 or
# newer must be there (Debian: openjdk-17-jre-headless). WORKERS (2), CORES of
# each (1) and MEMORY of each (2g) may be set.
set -e -u -o pipefail
what=${1:?start or stop} dir=${2:?a folder}
SPARK_HOME=$("${PYTHON:-python3}" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME SPARK_LOCAL_IP=127.0.0.1 SPARK_LOG_DIR=$dir/logs SPARK_PID_DIR=$dir/pids SPARK_WORKER_DIR=$dir/work SPARK_LOCAL_DIRS=$dir/local
export SPARK_DAEMON_MEMORY=256m SPARK_IDENT_STRING=ringbreaker
mkdir -p "$SPARK_LOG_DIR" "$SPARK_PID_DIR" "$SPARK_WORKER_DIR" "$SPARK_LOCAL_DIRS"
daemon=$SPARK_HOME/sbin/spark-daemon.sh master=org.apache.spark.deploy.master.Master worker=org.apache.spark.deploy.worker.Worker

stop() {
	local i
	for i in $(seq "${WORKERS:-2}"); do bash "$daemon" stop $worker "$i" >/dev/null || true; done
	bash "$daemon" stop $master 1 >/dev/null || true
}

# address waits until the master says where it listens: port 0 lets the system choose.
address() {
	local log=$SPARK_LOG_DIR/spark-ringbreaker-$master-1-$(hostname).out i found
	for i in $(seq 360); do # a busy machine starts Java slowly
		found=$(grep -o 'spark://127.0.0.1:[0-9]*' "$log" 2>/dev/null | head -1) || true
		[ -n "$found" ] && { echo "$found"; return; }
		sleep 0.5
	done
	echo "spark: the master said no address in 180 s; see $log" >&2
	return 1
}

case $what in
stop) stop ;;
start)
	bash "$daemon" start $master 1 --host 127.0.0.1 --port 0 --webui-port 0 >/dev/null
	url=$(address)
	for i in $(seq "${WORKERS:-2}"); do
		bash "$daemon" start $worker "$i" --host 127.0.0.1 --webui-port 0 --cores "${CORES:-1}" --memory "${MEMORY:-2g}" "$url" >/dev/null
	done
	echo "$url"
	;;
*)
	echo "spark: start or stop, not $what" >&2
	exit 2
	;;
esac
